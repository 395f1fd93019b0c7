import AWS
import ByteComparison
import ImportPipeline

/// Reads what HealthImaging wrote about a job that has ended, and writes the report beside it.
struct JobOutputReader: Sendable {
    let s3: S3Client

    /// Of one job, in each of the two folders.
    private static let maximumFiles = 1_000

    /// nil while the manifest is not there: it can follow the job's end by some seconds.
    func summary(of job: HealthImagingClient.JobProperties) async throws -> JobOutputManifest.Summary? {
        let folder = try Self.outputFolder(of: job)
        do {
            return try await s3.getDocument(
                JobOutputManifest.self, bucket: folder.bucket, key: "\(folder.key)job-output-manifest.json"
            ).jobSummary
        } catch let error as AWSServiceError where error.statusCode == 404 {
            return nil
        }
    }

    /// nil where HealthImaging left no lines about single files. Those of one job may have
    /// `DocumentLimits.maximumResultsBytes` in all.
    func results(of job: HealthImagingClient.JobProperties) async throws -> JobResults? {
        var results = JobResults()
        var bytesLeft = DocumentLimits.maximumResultsBytes
        let successes = try await files(in: "SUCCESS/", of: job)
        let failures = try await files(in: "FAILURE/", of: job)
        for file in successes { try results.addSuccesses(try await lines(of: file, bytesLeft: &bytesLeft)) }
        for file in failures { try results.addFailures(try await lines(of: file, bytesLeft: &bytesLeft)) }
        return successes.isEmpty && failures.isEmpty ? nil : results
    }

    /// Its S3 URI.
    func write(_ report: ImportReport, of job: HealthImagingClient.JobProperties) async throws -> String {
        let folder = try Self.outputFolder(of: job)
        let key = "\(folder.key)report.json"
        try await s3.putObject(
            bucket: folder.bucket, key: key, body: try PipelineJSON.encode(report), contentType: "application/json")
        return "s3://\(folder.bucket)/\(key)"
    }

    /// Whatever they are called: HealthImaging says nothing of their names.
    private func files(in name: String, of job: HealthImagingClient.JobProperties) async throws -> [S3URI] {
        let folder = try Self.outputFolder(of: job)
        let listing = try await s3.listObjects(
            bucket: folder.bucket, prefix: folder.key + name, maximum: Self.maximumFiles)
        guard listing.isComplete else {
            throw DocumentError(path: name, expected: "at most \(Self.maximumFiles) files, but there are more")
        }
        return listing.objects.filter { $0.key.ends(with: ".ndjson") }.map { S3URI(bucket: folder.bucket, key: $0.key) }
    }

    private func lines(of file: S3URI, bytesLeft: inout Int) async throws -> [UInt8] {
        do {
            let body = try await s3.getObject(bucket: file.bucket, key: file.key, maximumBytes: bytesLeft).body
            bytesLeft -= body.count
            return body
        } catch is S3ObjectTooLarge {
            throw DocumentError(
                path: "SUCCESS/ and FAILURE/",
                expected: "at most \(DocumentLimits.maximumResultsBytes) bytes in all, but there are more")
        }
    }

    /// `{outputS3Uri}{datastoreId}-DicomImport-{jobId}/`. Whether the URI that a job reports holds the folder already has
    /// not been seen on the real service, so both are taken.
    static func outputFolder(of job: HealthImagingClient.JobProperties) throws -> S3URI {
        let folder = "\(job.datastoreId)-DicomImport-\(job.jobId)"
        let root = job.outputS3Uri.ends(with: "/") ? job.outputS3Uri : job.outputS3Uri + "/"
        return try S3URI(root.ends(with: "/\(folder)/") ? root : "\(root)\(folder)/")
    }
}
