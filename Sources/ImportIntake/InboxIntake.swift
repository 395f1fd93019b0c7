// SPDX-License-Identifier: Apache-2.0

import AWS
import ImportPipeline
import Logging

/// Validates a single object of the inbox by its header, copies it to a prefix of its own, starts its import and
/// removes it from the inbox.
///
/// The copy separates the import from other objects: HealthImaging imports every object whose key begins with the
/// prefix.
package struct InboxIntake: Sendable {
    private let bucket: any InboxBucket
    private let bucketName: String
    private let starter: ImportStarter
    private let outputRoot: String
    private let taken: InboxTaken

    package init(
        bucket: any InboxBucket, bucketName: String, starter: ImportStarter, outputRoot: String, taken: InboxTaken
    ) {
        self.bucket = bucket
        self.bucketName = bucketName
        self.starter = starter
        self.outputRoot = outputRoot
        self.taken = taken
    }

    /// `nil` if the object does not exist any more, or was replaced; the replacement has an event of its own.
    func take(_ created: CreatedObject, logger: Logger) async throws -> IntakeResult? {
        guard let object = try await bucket.head(key: created.key),
            created.quotedETag == nil || created.quotedETag == object.eTag
        else { return nil }
        return try await take(object, logger: logger)
    }

    /// `nil` if the object was replaced or removed in the meantime.
    func take(_ object: S3Client.ListedObject, logger: Logger) async throws -> IntakeResult? {
        guard !BucketLayout.isFolderMarker(object.key, size: object.size) else {
            let delivery = Self.delivery(of: object)
            logger.info("a folder of the inbox: nothing to import", metadata: ["deliveryId": "\(delivery)"])
            return IntakeResult(.ignored, deliveryId: delivery)
        }
        let result: IntakeResult
        do {
            let request = try await request(for: object)
            let instance = request.pendingInstance(receivedAt: object.lastModified)
            result = try await starter.start(request, of: [instance].compactMap(\.self), logger: logger)
        } catch let rejection as Rejection {
            // The object stays in the inbox: no other copy of it exists.
            return try await starter.reject(rejection, logger: logger)
        } catch is InboxObjectChanged {
            return nil
        }
        do {
            if taken == .move {
                try await bucket.copy(
                    object, to: BucketLayout.takenKey(ofInboxKey: object.key, as: Self.delivery(of: object)))
            }
            try await bucket.remove(object)
        } catch is InboxObjectChanged {
            // Another object has this key now, or another invocation has already removed this one.
        }
        return result
    }

    /// The same id, whether an event or a listing names the object.
    static func delivery(of object: S3Client.ListedObject) -> DeliveryID {
        DeliveryID(openedAt: object.lastModified, derivedFrom: [object.key, object.eTag, "\(object.size)"])
    }

    // MARK: -

    private func request(for object: S3Client.ListedObject) async throws -> ImportRequest {
        let delivery = Self.delivery(of: object)
        func rejection(_ message: String) -> Rejection {
            Rejection(deliveryId: delivery, inputS3Uri: "s3://\(bucketName)/\(object.key)", message: message)
        }
        let instance: ImportableInstance
        do {
            try ImportableInstance.check(size: object.size)
            instance = try ImportableInstance(try await ObjectHeader.read(object, from: bucket))
        } catch let problem as InboxProblem {
            throw rejection(problem.description)
        }

        try await bucket.copy(
            object,
            to: BucketLayout.instanceKey(
                delivery, study: instance.studyInstanceUID, series: instance.seriesInstanceUID,
                instance: instance.sopInstanceUID))
        var request = ImportRequest(
            importId: ImportID(delivery), inputS3Uri: "s3://\(bucketName)/\(BucketLayout.prefix(of: delivery))",
            outputS3Uri: "\(outputRoot)\(delivery)/", studyInstanceUID: instance.studyInstanceUID,
            studyDate: instance.studyDate, seriesInstanceUID: instance.seriesInstanceUID,
            sopInstanceUID: instance.sopInstanceUID, instanceCount: 1)
        request.sopClassUID = instance.sopClassUID
        request.firstInstanceAt = PipelineJSON.timestamp(object.lastModified)
        request.lastInstanceAt = request.firstInstanceAt
        return request
    }
}
