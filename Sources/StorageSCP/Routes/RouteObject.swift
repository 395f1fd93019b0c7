// SPDX-License-Identifier: Apache-2.0

import AWS
import ImportPipeline

/// The object of the receiver's bucket that holds the routes.
struct RouteObject: Sendable {
    let uri: S3URI
    let s3: S3Client

    /// It changes when the routes are written again.
    func eTag() async throws -> String {
        try await s3.headObject(bucket: uri.bucket, key: uri.key).eTag
    }

    /// Fails if the object was replaced in the meantime.
    func table(eTag: String) async throws -> RouteTable {
        let object = try await s3.getObject(
            bucket: uri.bucket, key: uri.key, ifMatch: eTag, maximumBytes: RouteLimits.maximumBytes)
        return try RouteTable(json: object.body)
    }
}
