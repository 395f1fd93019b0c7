import AWS
import ImportPipeline

/// Reads what HealthImaging wrote about a job that has ended, and writes the report beside it.
struct JobOutputReader: Sendable {
    let s3: S3Client

    /// nil while the manifest is not there: it can follow the job's end by some seconds.
    func summary(of job: HealthImagingClient.JobProperties) async throws -> JobOutputManifest.Summary? {
        let folder = try Self.outputFolder(of: job)
        do {
            let object = try await s3.getObject(
                bucket: folder.bucket, key: "\(folder.key)job-output-manifest.json")
            return try PipelineJSON.decode(JobOutputManifest.self, from: object.body).jobSummary
        } catch let error as AWSServiceError where error.statusCode == 404 {
            return nil
        }
    }

    /// nil where HealthImaging left no lines about single files.
    func results(of job: HealthImagingClient.JobProperties) async throws -> JobResults? {
        var results = JobResults()
        let successes = try await lines(in: "SUCCESS/", of: job)
        let failures = try await lines(in: "FAILURE/", of: job)
        for lines in successes { try results.addSuccesses(lines) }
        for lines in failures { try results.addFailures(lines) }
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

    /// Whatever its files are called and however many there are.
    private func lines(in name: String, of job: HealthImagingClient.JobProperties) async throws -> [[UInt8]] {
        let folder = try Self.outputFolder(of: job)
        var files: [[UInt8]] = []
        for object in try await s3.listObjects(bucket: folder.bucket, prefix: folder.key + name)
        where object.key.hasSuffix(".ndjson") {
            files.append(try await s3.getObject(bucket: folder.bucket, key: object.key).body)
        }
        return files
    }

    /// `{outputS3Uri}{datastoreId}-DicomImport-{jobId}/`. Whether the URI that a job reports holds the folder already has
    /// not been seen on the real service, so both are taken.
    static func outputFolder(of job: HealthImagingClient.JobProperties) throws -> S3URI {
        let folder = "\(job.datastoreId)-DicomImport-\(job.jobId)"
        let root = job.outputS3Uri.hasSuffix("/") ? job.outputS3Uri : job.outputS3Uri + "/"
        return try S3URI(root.hasSuffix("/\(folder)/") ? root : "\(root)\(folder)/")
    }
}
