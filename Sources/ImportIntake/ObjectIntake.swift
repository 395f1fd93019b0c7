// SPDX-License-Identifier: Apache-2.0

import ImportPipeline
import Logging
import StructuredLog

/// Takes one new object. A manifest or an object of the inbox starts an execution, or gets an item that says why it
/// cannot be imported.
package struct ObjectIntake: Sendable {
    private let bucketName: String
    private let manifests: ManifestIntake
    private let inbox: InboxIntake
    private let metrics: EmbeddedMetrics?

    package init(bucketName: String, manifests: ManifestIntake, inbox: InboxIntake, metrics: EmbeddedMetrics?) {
        self.bucketName = bucketName
        self.manifests = manifests
        self.inbox = inbox
        self.metrics = metrics
    }

    package func take(_ object: CreatedObject, logger: Logger) async throws -> IntakeResult {
        guard object.bucket == bucketName else {
            throw DocumentError(path: "bucket", expected: "\(bucketName), the only one whose objects are imported")
        }
        guard let result = try await result(of: object, logger: logger) else {
            logger.info("object ignored: it is neither a manifest nor in the inbox, or was taken or replaced")
            return IntakeResult(.ignored)
        }
        if result.result == .started, let delivery = result.deliveryId {
            metrics?.emit([.init("ImportsStarted", 1)], properties: ["deliveryId": "\(delivery)"])
        }
        guard !result.hasRowsLeft else { throw InstanceRowsLeft() }
        return result
    }

    private func result(of object: CreatedObject, logger: Logger) async throws -> IntakeResult? {
        if let id = BucketLayout.importID(ofManifestKey: object.key) {
            guard let result = try await manifests.take(id, logger: logger) else { throw ManifestMissing(importId: id) }
            return result
        }
        return BucketLayout.isInInbox(object.key) ? try await inbox.take(object, logger: logger) : nil
    }
}

/// An event names a manifest that does not exist. No part of this system deletes manifests.
struct ManifestMissing: Error, Equatable, CustomStringConvertible {
    let importId: ImportID

    var description: String { "expected the manifest of \(importId) that S3's event names, but it does not exist" }
}

/// The import was started, but not all of its instances are in the index yet: the event must be delivered again.
struct InstanceRowsLeft: Error, Equatable, CustomStringConvertible {
    let description = "the import was started, but its instances could not be written into the index"
}
