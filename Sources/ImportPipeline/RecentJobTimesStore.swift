// SPDX-License-Identifier: Apache-2.0

import AWS

/// The object in the output bucket that keeps the recent job times of a data store.
package struct RecentJobTimesStore: Sendable {
    private let s3: S3Client
    private let bucket: String
    private let key: String

    package init(s3: S3Client, of request: ImportRequest, datastoreID: String) throws {
        self.s3 = s3
        bucket = try S3URI(request.outputS3Uri).bucket
        key = BucketLayout.recentJobTimesKey(ofDatastore: datastoreID)
    }

    /// `nil` if no job has ended yet, or the document cannot be read. For an object that does not exist S3 answers 403
    /// if the role may not list the bucket: that is an error like any other.
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
