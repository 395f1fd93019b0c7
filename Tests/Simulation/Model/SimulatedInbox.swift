// SPDX-License-Identifier: Apache-2.0

import AWS
import ImportIntake

/// The inbox as a function sees it.
// Sendable: a run has one thread.
final class SimulatedInbox: InboxBucket, @unchecked Sendable {
    private let network: Network
    private let bucket: ModelledBucket

    init(network: Network, bucket: ModelledBucket) {
        self.network = network
        self.bucket = bucket
    }

    func head(key: String) async throws -> S3Client.ListedObject? {
        try await network.send("HEAD", key) { [bucket] in bucket.listed(key) }
    }

    func read(_ object: S3Client.ListedObject, range: Range<Int>) async throws -> [UInt8] {
        try await network.send("GET", object.key) { [bucket] in
            Array(try bucket.same(object).body.dropFirst(range.lowerBound).prefix(range.count))
        }
    }

    func copy(_ object: S3Client.ListedObject, to key: String) async throws {
        try await network.send("COPY", key) { [bucket] in bucket.put(try bucket.same(object).body, key: key) }
    }

    func remove(_ object: S3Client.ListedObject) async throws {
        try await network.send("DELETE if match", object.key) { [bucket] in
            _ = try bucket.same(object)
            bucket.remove(object.key)
        }
    }
}

extension ModelledBucket {
    fileprivate func same(_ object: S3Client.ListedObject) throws -> Object {
        guard let found = self[object.key], "\"\(found.eTag)\"" == object.eTag else { throw InboxObjectChanged() }
        return found
    }
}
