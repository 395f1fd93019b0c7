// SPDX-License-Identifier: Apache-2.0

import AWS

/// The inbox in S3.
package struct S3InboxBucket: InboxBucket {
    private let s3: S3Client
    private let name: String

    package init(s3: S3Client, name: String) {
        self.s3 = s3
        self.name = name
    }

    package func head(key: String) async throws -> S3Client.ListedObject? {
        do {
            return try await s3.headObject(bucket: name, key: key)
        } catch let error as AWSServiceError where error.statusCode == 404 {
            return nil
        }
    }

    package func read(_ object: S3Client.ListedObject, range: Range<Int>) async throws -> [UInt8] {
        try await unlessChanged {
            try await s3.getObject(
                bucket: name, key: object.key, range: range, ifMatch: object.eTag, maximumBytes: range.count
            ).body
        }
    }

    package func copy(_ object: S3Client.ListedObject, to key: String) async throws {
        try await unlessChanged {
            try await s3.copy(
                bucket: name, fromKey: object.key, ifMatch: object.eTag, size: object.size, toKey: key)
        }
    }

    package func remove(_ object: S3Client.ListedObject) async throws {
        try await unlessChanged { try await s3.deleteObject(bucket: name, key: object.key, ifMatch: object.eTag) }
    }

    private func unlessChanged<Value>(_ work: () async throws -> Value) async throws -> Value {
        do {
            return try await work()
        } catch let error as AWSServiceError where [404, 412].contains(error.statusCode) {
            throw InboxObjectChanged()
        }
    }
}
