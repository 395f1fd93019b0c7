import AWS
import ImportPipeline

/// Reads what HealthImaging wrote about a job that has ended.
struct JobOutputReader: Sendable {
    let s3: S3Client

    /// nil while the manifest is not there: it can follow the job's end by some seconds.
    func summary(of job: HealthImagingClient.JobProperties) async throws -> JobOutputManifest.Summary? {
        guard let folder = S3URI(Self.outputFolder(of: job)) else { return nil }
        do {
            let object = try await s3.getObject(
                bucket: folder.bucket, key: "\(folder.key)job-output-manifest.json")
            return try PipelineJSON.decode(JobOutputManifest.self, from: object.body).jobSummary
        } catch let error as AWSServiceError where error.statusCode == 404 {
            return nil
        }
    }

    /// `{outputS3Uri}{datastoreId}-DicomImport-{jobId}/`. Whether the URI that a job reports holds the folder already has
    /// not been seen on the real service, so both are taken.
    static func outputFolder(of job: HealthImagingClient.JobProperties) -> String {
        let folder = "\(job.datastoreId)-DicomImport-\(job.jobId)"
        let root = job.outputS3Uri.hasSuffix("/") ? job.outputS3Uri : job.outputS3Uri + "/"
        return root.hasSuffix("/\(folder)/") ? root : "\(root)\(folder)/"
    }
}
