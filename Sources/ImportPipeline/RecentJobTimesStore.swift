import AWS

/// Where the output bucket keeps how long a data store's jobs have lately taken.
package struct RecentJobTimesStore: Sendable {
    private let documents: S3DocumentStore
    private let key: String

    package init(s3: S3Client, of request: ImportRequest, datastoreID: String) throws {
        documents = S3DocumentStore(s3: s3, bucket: try S3URI(request.outputS3Uri).bucket)
        key = BucketLayout.recentJobTimesKey(ofDatastore: datastoreID)
    }

    /// nil: no job has ended yet, or a later version wrote what this one cannot read.
    package func read() async throws -> RecentJobTimes? {
        do {
            return try await documents.read(RecentJobTimes.self, key: key)
        } catch is DocumentError {
            return nil
        }
    }

    package func write(_ times: RecentJobTimes) async throws {
        try await documents.putDocument(try PipelineJSON.encode(times), key: key)
    }
}
