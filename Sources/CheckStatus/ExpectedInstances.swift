// SPDX-License-Identifier: Apache-2.0

import AWS
import ByteComparison
import ImportPipeline
import Logging
import StructuredLog

/// The instances that an import must contain, and what else its delivery holds.
struct ExpectedInstances: Sendable, Equatable {
    let count: Int
    let delivery: DeliveryID
    /// The beginning of the keys of all objects that the job takes: the prefix of the delivery, or of one of its
    /// studies.
    let prefix: String
    /// `nil` if no document lists them.
    let keys: Set<ByteText>?
    /// The keys in all manifests of the delivery: their senders were told that the objects are stored. `nil` if this is
    /// not known.
    var acknowledged: Set<ByteText>?
    /// Whether the task of the delivery has closed it. A delivery that a sweep closed may hold more acknowledged
    /// objects, which a second look finds.
    var isClosed = false
    /// The SOP classes of acknowledged objects, as far as they are known.
    var classes: [ByteText: String] = [:]

    /// Reads the manifest that the request names. An object of the inbox has no manifest, but its key follows from the
    /// request.
    static func of(_ request: ImportRequest, s3: S3Client, logger: Logger) async throws -> ExpectedInstances {
        let bucket = try S3URI(request.inputS3Uri).bucket
        let (delivery, prefix) = (request.deliveryId, try S3URI(request.inputS3Uri).key)
        guard request.manifestKey != nil else {
            let key = request.instanceKey.map { ByteText($0) }
            return ExpectedInstances(
                count: request.instanceCount, delivery: delivery, prefix: prefix, keys: key.map { [$0] },
                classes: classes(of: request, key))
        }
        guard let manifest = try await ownManifest(of: request, bucket: bucket, s3: s3, logger: logger) else {
            return ExpectedInstances(count: request.instanceCount, delivery: delivery, prefix: prefix, keys: nil)
        }
        let further = await others(beside: request.importId, bucket: bucket, s3: s3, logger: logger)
        let manifests = further.map { [manifest] + $0 }
        let keys = manifest.keys.filter { $0.text.begins(with: prefix) }
        return ExpectedInstances(
            count: keys.count, delivery: delivery, prefix: prefix, keys: keys,
            acknowledged: manifests.map { Set($0.flatMap(\.keys)) },
            isClosed: manifests?.contains { $0.closeReason != .recovered } ?? false,
            classes: classes(of: manifests ?? [manifest]))
    }

    /// The manifest by which the import was started; `nil` if it does not exist any more, or is not valid any more.
    private static func ownManifest(
        of request: ImportRequest, bucket: String, s3: S3Client, logger: Logger
    ) async throws -> DeliveryManifest? {
        let problem: String
        do {
            guard let manifest = try await manifest(of: request.importId, bucket: bucket, s3: s3) else { return nil }
            guard let found = manifest.problem(expecting: request.deliveryId) else { return manifest }
            problem = found
        } catch let error as DocumentError {
            problem = error.description
        }
        logger.error(
            "the import's manifest cannot be used: only the number of instances is checked",
            metadata: ["deliveryId": "\(request.deliveryId)", "problem": "\(problem)"])
        return nil
    }

    /// The other manifests of the delivery; `nil` if one of them cannot be read: then it is not known which objects
    /// were acknowledged.
    private static func others(
        beside own: ImportID, bucket: String, s3: S3Client, logger: Logger
    ) async -> [DeliveryManifest]? {
        var manifests: [DeliveryManifest] = []
        do {
            for number in 0...ImportID.maximumNumber where number != own.number {
                let id = ImportID(own.delivery, number: number)
                guard let manifest = try await manifest(of: id, bucket: bucket, s3: s3) else { break }
                manifests.append(manifest)
            }
            return manifests
        } catch {
            logger.error(
                "another manifest of the delivery cannot be read: unacknowledged objects cannot be named", error: error,
                metadata: ["deliveryId": "\(own.delivery)"])
            return nil
        }
    }

    /// `nil` if it does not exist.
    private static func manifest(of id: ImportID, bucket: String, s3: S3Client) async throws -> DeliveryManifest? {
        try await s3.getDocumentIfPresent(
            DeliveryManifest.self, bucket: bucket, key: BucketLayout.manifestKey(of: id))
    }

    private static func classes(of manifests: [DeliveryManifest]) -> [ByteText: String] {
        var classes: [ByteText: String] = [:]
        for instance in manifests.flatMap(\.instances) { classes[ByteText(instance.key)] = instance.sopClassUID }
        return classes
    }

    private static func classes(of request: ImportRequest, _ key: ByteText?) -> [ByteText: String] {
        guard let key, let sopClassUID = request.sopClassUID else { return [:] }
        return [key: sopClassUID]
    }
}
