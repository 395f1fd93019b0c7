import AWS

/// Where the output bucket keeps how long a data store's jobs have lately taken.
package struct RecentJobTimesStore: Sendable {
    private let s3: S3Client
    private let bucket: String
    private let key: String

    package init(s3: S3Client, of request: ImportRequest, datastoreID: String) throws {
        self.s3 = s3
        bucket = try S3URI(request.outputS3Uri).bucket
        key = BucketLayout.recentJobTimesKey(ofDatastore: datastoreID)
    }

    /// nil: no job has ended yet, or a later version wrote what this one cannot read. S3 answers 403 for an object that is not there
    /// where the role may not list the bucket: that is an error like any other.
    package func recentTimes() async throws -> RecentJobTimes? {
        do {
            return try await s3.getDocumentIfPresent(RecentJobTimes.self, bucket: bucket, key: key)
        } catch is DocumentError {
            return nil
        }
    }

    package func replaceRecentTimes(_ times: RecentJobTimes) async throws {
        try await s3.putObject(
            bucket: bucket, key: key, body: try PipelineJSON.encode(times), contentType: "application/json")
    }
}
