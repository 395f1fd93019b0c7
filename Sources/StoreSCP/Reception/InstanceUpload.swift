import AWS
import DICOM
import DICOMNetwork
import ImportPipeline
import Logging

/// The asynchronous half of an instance's reception: finds its place, writes it, and tells the status to answer with.
///
/// Its methods are called one after another: `append` for each full part, then `finish` or `discard`.
actor InstanceUpload {
    /// Who sends, as far as deliveries and logs know it.
    struct Sender: Sendable {
        let associationID: String
        let origin: Delivery.Origin
    }

    private let instance: ReceivedInstance
    private let sender: Sender
    private let store: any InstanceStore
    /// nil: the instance goes to the inbox, to be imported alone.
    private let deliveries: Deliveries?
    private let uploads: UploadsInProgress
    private let logger: Logger

    private let hasher = SHA256()
    private var size = 0
    private var place: Place?

    /// Where the instance is written.
    private struct Place {
        let key: String
        let writer: any InstanceWriter
        let membership: Deliveries.Membership?
        /// The object stands under its key, though it was not acknowledged.
        var isWritten = false
    }

    init(
        instance: ReceivedInstance, sender: Sender, store: any InstanceStore, deliveries: Deliveries?,
        uploads: UploadsInProgress, logger: Logger
    ) {
        self.instance = instance
        self.sender = sender
        self.store = store
        self.deliveries = deliveries
        self.uploads = uploads
        self.logger = logger
    }

    func append(_ part: [UInt8]) async throws {
        account(for: part)
        try await findPlace().writer.append(part)
    }

    /// Writes the rest. Success means that the instance is durable and that its delivery will be closed, whatever
    /// becomes of this process.
    func finish(_ rest: [UInt8]) async -> StoreOutcome {
        account(for: rest)
        let place = await findPlace()
        do {
            try await place.writer.finish(rest)
            self.place?.isWritten = true
            if let membership = place.membership {
                try await membership.marker.value
                let isTaken = await deliveries?.instanceStored(
                    manifestEntry(key: place.key), in: membership.delivery)
                guard isTaken == true else { return try await refuseForSize(place) }
            }
            self.place = nil
            uploads.end(place.key)
            return StoreOutcome(status: .success)
        } catch {
            return await fail(error)
        }
    }

    /// Forgets what was written so far, after an error or because no more comes.
    func discard() async {
        guard let place else { return }
        self.place = nil
        await place.writer.discard()
        // Its delivery was never opened, so that nothing else can have been acknowledged under the key.
        if place.isWritten { try? await store.removeDocument(key: place.key) }
        if let membership = place.membership { await deliveries?.instanceFailed(in: membership.delivery) }
        uploads.end(place.key)
    }

    /// The status says that sending again later can help.
    func fail(_ error: any Error) async -> StoreOutcome {
        let outcome = StoreOutcome(
            status: .outOfResources, errorComment: "The store cannot take it now, send it again later")
        logger.error(
            "instance not stored", error: error,
            metadata: [
                "status": "\(outcome.status)", "association": "\(sender.associationID)",
                "sopInstanceUID": "\(instance.sopInstanceUID)",
                "deliveryId": "\(place?.membership?.delivery.description ?? "none")",
            ])
        await discard()
        return outcome
    }

    /// Sent again, it opens a delivery of its own.
    private func refuseForSize(_ place: Place) async throws -> StoreOutcome {
        self.place = nil
        defer { uploads.end(place.key) }
        try await store.removeDocument(key: place.key)
        logger.warning(
            "instance not stored: with it the delivery would be larger than an import job may be",
            metadata: [
                "status": "\(DIMSEStatus.outOfResources)", "association": "\(sender.associationID)",
                "sopInstanceUID": "\(instance.sopInstanceUID)", "bytes": "\(size)",
            ])
        return StoreOutcome(status: .outOfResources, errorComment: "Too large for this delivery, send it again")
    }

    private func account(for bytes: [UInt8]) {
        size += bytes.count
        bytes.withUnsafeBytes(hasher.update)
    }

    private func findPlace() async -> Place {
        if let place { return place }
        let study = instance.studyInstanceUID.value
        let series = instance.seriesInstanceUID.value
        let name = instance.sopInstanceUID.value
        let membership = await deliveries?.instanceBegan(
            study: study, studyDate: instance.studyDate, association: sender.associationID, origin: sender.origin)
        let key =
            if let membership {
                BucketLayout.instanceKey(membership.delivery, study: study, series: series, instance: name)
            } else {
                "\(BucketLayout.inbox)\(study)/\(series)/\(name).dcm"
            }
        await uploads.begin(key)
        let found = Place(key: key, writer: store.writer(for: key), membership: membership)
        place = found
        return found
    }

    private func manifestEntry(key: String) -> DeliveryManifest.Instance {
        DeliveryManifest.Instance(
            key: key, size: size, sha256: hasher.finalize().hexadecimal, sopClassUID: instance.sopClassUID.value,
            sopInstanceUID: instance.sopInstanceUID.value, seriesInstanceUID: instance.seriesInstanceUID.value,
            transferSyntaxUID: instance.transferSyntax.uid)
    }
}
