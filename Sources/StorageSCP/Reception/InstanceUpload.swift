import DICOM
import DICOMNetwork
import Digests
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
        let deliveries: Deliveries
        let uploads: UploadsInProgress
        let counts: ReceiverCounts
        let logger: Logger

        init(
            store: any InstanceStore, deliveries: Deliveries, uploads: UploadsInProgress, counts: ReceiverCounts,
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
    private let membership: Deliveries.Membership
    private let writer: any InstanceWriter

    private var checksum = CRC32()
    private var size = 0
    /// Whether the writer was given anything after the beginning.
    private var isBegun = false
    /// The writer cannot go on.
    private var failure: (any Error)?
    var hasFailed: Bool { failure != nil }
    /// Where the data set ended too early.
    private var cut: DataSetCut?
    /// When the last byte had come.
    private var received = NIODeadline.uptimeNanoseconds(0)

    /// The file begins with these bytes. What the writer holds in memory is of this share.
    init(
        instance: ReceivedInstance, beginning: ByteBuffer, sender: Sender, destination: Destination,
        memory: BufferShare, eventLoop: any EventLoop
    ) throws(InstanceProblem) {
        self.instance = instance
        self.sender = sender
        self.destination = destination
        self.eventLoop = eventLoop
        let (study, series) = (instance.studyInstanceUID.value, instance.seriesInstanceUID.value)
        let name = InstanceName(seriesInstanceUID: series, sopInstanceUID: instance.sopInstanceUID.value)
        membership = try destination.deliveries.instanceBegan(
            name, study: study, studyDate: instance.studyDate, association: sender.associationID,
            origin: sender.origin)
        let key = BucketLayout.instanceKey(
            prefix: membership.prefix, study: study, series: series, instance: name.sopInstanceUID)
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
    func finish(cut: DataSetCut? = nil) -> EventLoopFuture<StoreOutcome> {
        received = eventLoop.now
        self.cut = cut
        if let failure { return fail(failure) }
        guard isBegun else { return after(write(ByteBuffer())) { self.publish() } }
        return publish()
    }

    /// Forgets what was written so far, after an error or because no more comes. An object that is in the store by then stays: it
    /// was not acknowledged, and nothing else gets its key. Never fails.
    @discardableResult
    func discard() -> EventLoopFuture<Void> {
        writer.discard().assumeIsolated().map {
            self.destination.deliveries.instanceFailed(in: self.membership.delivery)
            self.destination.uploads.end()
        }.nonisolated()
    }

    // MARK: -

    /// First the instance is durable, then the marker of its delivery, and only then it is counted and acknowledged.
    private func publish() -> EventLoopFuture<StoreOutcome> {
        guard destination.deliveries.instanceComplete(size: size, in: membership.delivery) else {
            return refuseForSize()
        }
        return after(writer.finish(checksum)) {
            self.after(self.membership.marker.written(on: self.eventLoop)) { self.acknowledge() }
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

    private func account(for bytes: ByteBuffer) {
        size += bytes.readableBytes
        bytes.withUnsafeReadableBytes { checksum.update($0) }
    }

    private func acknowledge() -> EventLoopFuture<StoreOutcome> {
        let stored = StoredInstance(
            size: size, checksum: checksum, sopClassUID: instance.sopClassUID.value,
            transferSyntaxUID: instance.transferSyntax.uid, isIncomplete: cut != nil)
        guard destination.deliveries.instanceStored(stored, in: membership) else { return refuseWithoutLease() }
        destination.counts.instanceStored(bytes: size, nanoseconds: (eventLoop.now - received).nanoseconds)
        destination.uploads.end()
        let outcome =
            if let cut {
                StoreOutcome(status: .dataSetIncomplete, errorComment: "Stored: \(cut)")
            } else {
                StoreOutcome(status: .success)
            }
        return eventLoop.makeSucceededFuture(outcome)
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
            "instance not acknowledged: the task's lease was lost or the delivery is too old, others may have closed it",
            metadata: metadata(outcome))
        destination.uploads.end()
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

    private func metadata(_ outcome: StoreOutcome) -> Logger.Metadata {
        [
            "status": "\(outcome.status)", "association": "\(sender.associationID)",
            "sopInstanceUID": "\(instance.sopInstanceUID)",
            "deliveryId": "\(membership.delivery)",
        ]
    }
}
