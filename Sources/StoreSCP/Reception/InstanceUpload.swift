import AWS
import DICOM
import DICOMNetwork
import ImportPipeline
import Logging
import NIOCore

/// An instance on its way into the store, on the event loop of its association: finds its place, writes it, and tells the
/// status to answer with.
///
/// `write` for each fragment, then `finish` or `discard`.
final class InstanceUpload {
    /// Who sends, as far as deliveries and logs know it.
    struct Sender: Sendable {
        let associationID: String
        let origin: Delivery.Origin
    }

    /// What all uploads of a receiver share.
    final class Destination: Sendable {
        let store: any InstanceStore
        /// nil: instances go to the inbox, each to be imported alone.
        let deliveries: Deliveries?
        let uploads: UploadsInProgress
        let counts: ReceiverCounts
        let logger: Logger

        init(
            store: any InstanceStore, deliveries: Deliveries?, uploads: UploadsInProgress, counts: ReceiverCounts,
            logger: Logger
        ) {
            self.store = store
            self.deliveries = deliveries
            self.uploads = uploads
            self.counts = counts
            self.logger = logger
        }
    }

    private let instance: ReceivedInstance
    private let sender: Sender
    private let destination: Destination
    private let eventLoop: any EventLoop
    private let membership: Deliveries.Membership?
    private let key: String
    private let writer: any InstanceWriter

    private var checksum = CRC32()
    private var size = 0
    /// Whether the writer was given anything after the beginning.
    private var isBegun = false
    /// The writer cannot go on.
    private var failure: (any Error)?
    /// When the last byte had come.
    private var received = NIODeadline.uptimeNanoseconds(0)
    private var holdsKey = false
    /// The object stands under its key, though it was not acknowledged.
    private var isWritten = false

    /// The file begins with these bytes. What the writer holds in memory is of this share.
    init(
        instance: ReceivedInstance, beginning: ByteBuffer, sender: Sender, destination: Destination,
        memory: BufferShare, eventLoop: any EventLoop
    ) throws(InstanceProblem) {
        self.instance = instance
        self.sender = sender
        self.destination = destination
        self.eventLoop = eventLoop
        let study = instance.studyInstanceUID.value
        let series = instance.seriesInstanceUID.value
        let name = instance.sopInstanceUID.value
        membership = destination.deliveries?.instanceBegan(
            study: study, studyDate: instance.studyDate, association: sender.associationID, origin: sender.origin)
        guard membership != nil || destination.deliveries == nil else { throw .receiverFull }
        key =
            if let membership {
                BucketLayout.instanceKey(prefix: membership.prefix, study: study, series: series, instance: name)
            } else {
                BucketLayout.inboxKey(study: study, series: series, instance: name)
            }
        writer = destination.store.writer(for: key, beginning: beginning, memory: memory, eventLoop: eventLoop)
        destination.uploads.begin()
        account(for: beginning)
    }

    /// Nil: more may come at once. A future: not before it completes; if it fails, `finish` tells the status.
    func write(_ bytes: ByteBuffer) -> EventLoopFuture<Void>? {
        isBegun = true
        account(for: bytes)
        guard let written = writer.write(bytes) else { return nil }
        return written.assumeIsolated().flatMapErrorThrowing { error in
            self.failure = error
            throw error
        }.nonisolated()
    }

    /// Success means that the instance is durable and that its delivery will be closed, whatever becomes of this process.
    /// Never fails.
    func finish() -> EventLoopFuture<StoreOutcome> {
        received = .now()
        if let failure { return fail(failure) }
        // Before the key is taken, since those who wait for it may hold all memory.
        guard isBegun else { return after(write(ByteBuffer())) { self.publish() } }
        return publish()
    }

    /// Forgets what was written so far, after an error or because no more comes. Never fails.
    @discardableResult
    func discard() -> EventLoopFuture<Void> {
        writer.discard().assumeIsolated()
            .flatMap { self.isWritten ? self.removeObject() : self.eventLoop.makeSucceededVoidFuture() }
            // What cannot be removed was not acknowledged: of a delivery without a marker nothing is.
            .flatMapErrorThrowing { _ in }
            .map {
                if let membership = self.membership {
                    self.destination.deliveries?.instanceFailed(in: membership.delivery)
                }
                self.end()
            }.nonisolated()
    }

    // MARK: -

    private func publish() -> EventLoopFuture<StoreOutcome> {
        after(destination.uploads.acquire(key, eventLoop: eventLoop)) {
            self.holdsKey = true
            guard self.hasRoom else { return self.refuseForSize() }
            return self.after(self.writer.finish(self.checksum)) {
                self.isWritten = true
                return self.after(self.membership?.marker.written(on: self.eventLoop)) { self.acknowledge() }
            }
        }
    }

    /// Goes on at once where there is nothing to wait for, as for most instances of a folder: futures take longer than the
    /// work. What fails while it is waited for makes the instance fail.
    private func after(
        _ wait: EventLoopFuture<Void>?, _ next: @escaping () -> EventLoopFuture<StoreOutcome>
    ) -> EventLoopFuture<StoreOutcome> {
        guard let wait else { return next() }
        return wait.assumeIsolated().flatMap(next).flatMapError { self.fail($0) }.nonisolated()
    }

    private func end() {
        if holdsKey { destination.uploads.release(key) }
        destination.uploads.end()
    }

    private func account(for bytes: ByteBuffer) {
        size += bytes.readableBytes
        bytes.withUnsafeReadableBytes { checksum.update($0) }
    }

    private func acknowledge() -> EventLoopFuture<StoreOutcome> {
        if let membership, let deliveries = destination.deliveries,
            !deliveries.instanceStored(manifestEntry(), in: membership.delivery)
        {
            return refuseWithoutLease()
        }
        destination.counts.instanceStored(bytes: size, nanoseconds: (NIODeadline.now() - received).nanoseconds)
        end()
        return eventLoop.makeSucceededFuture(StoreOutcome(status: .success))
    }

    /// The status says that sending again later can help.
    private func fail(_ error: any Error) -> EventLoopFuture<StoreOutcome> {
        let outcome = StoreOutcome(
            status: .outOfResources, errorComment: "The store cannot take it now, send it again later")
        destination.logger.error("instance not stored", error: error, metadata: metadata(outcome))
        return discard().map { outcome }
    }

    private func refuseWithoutLease() -> EventLoopFuture<StoreOutcome> {
        let outcome = StoreOutcome(
            status: .outOfResources, errorComment: "The store cannot take it now, send it again later")
        destination.logger.error(
            "instance not acknowledged: the task's lease was lost, others may have closed its delivery",
            metadata: metadata(outcome))
        end()
        return eventLoop.makeSucceededFuture(outcome)
    }

    /// Sent again, it opens a delivery of its own.
    private func refuseForSize() -> EventLoopFuture<StoreOutcome> {
        let outcome = StoreOutcome(
            status: .outOfResources, errorComment: "Too large for this delivery, send it again")
        var metadata = metadata(outcome)
        metadata["bytes"] = "\(size)"
        destination.logger.warning(
            "instance not stored: with it the delivery would be larger than an import job may be", metadata: metadata)
        return discard().map { outcome }
    }

    private var hasRoom: Bool {
        guard let membership, let deliveries = destination.deliveries else { return true }
        return deliveries.instanceComplete(key: key, size: size, in: membership.delivery)
    }

    private func removeObject() -> EventLoopFuture<Void> {
        eventLoop.makeFutureWithTask { [store = destination.store, key] in try await store.removeDocument(key: key) }
    }

    private func metadata(_ outcome: StoreOutcome) -> Logger.Metadata {
        [
            "status": "\(outcome.status)", "association": "\(sender.associationID)",
            "sopInstanceUID": "\(instance.sopInstanceUID)",
            "deliveryId": "\(membership?.delivery.description ?? "none")",
        ]
    }

    private func manifestEntry() -> DeliveryManifest.Instance {
        DeliveryManifest.Instance(
            key: key, size: size, checksumCRC32: checksum.base64, sopClassUID: instance.sopClassUID.value,
            sopInstanceUID: instance.sopInstanceUID.value, seriesInstanceUID: instance.seriesInstanceUID.value,
            transferSyntaxUID: instance.transferSyntax.uid)
    }
}
