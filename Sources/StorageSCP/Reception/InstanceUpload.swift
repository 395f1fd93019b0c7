// SPDX-License-Identifier: Apache-2.0

import DICOM
import DICOMNetwork
import Digests
import ImportPipeline
import Logging
import NIOCore

/// Stores one instance, on the event loop of its association: finds the instance's delivery, writes the file, and
/// returns the status for the C-STORE-RSP.
///
/// Call `write` for each fragment, then `finish` or `discard`.
final class InstanceUpload {
    /// The sender, as deliveries and logs know it.
    struct Sender: Sendable {
        let associationID: String
        let origin: Delivery.Origin

        init(of association: Association, to destination: DeliveryDestination = .standard) {
            associationID = association.id
            origin = Delivery.Origin(
                callingAETitle: association.callingAETitle, calledAETitle: association.calledAETitle,
                peer: association.peerAddress ?? "unknown", destination: destination)
        }
    }

    /// The parts that all uploads of a receiver share.
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
    /// Whether `write` has been called, which the writer requires.
    private var isBegun = false
    /// Why the writer cannot continue.
    private var failure: (any Error)?
    var hasFailed: Bool { failure != nil }
    /// Where an incomplete data set ended.
    private var cut: DataSetCut?
    /// When the last byte was received.
    private var received = NIODeadline.uptimeNanoseconds(0)

    /// `beginning` is the beginning of the file. The memory that the writer holds belongs to the share `memory`.
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

    /// The next `write` may follow when this is ready. If the future fails, `finish` returns the status.
    func write(_ bytes: ByteBuffer) -> Readiness {
        isBegun = true
        account(for: bytes)
        guard case .after(let written) = writer.write(bytes) else { return .now }
        return .after(
            written.assumeIsolated().flatMapErrorThrowing { error in
                self.failure = error
                throw error
            }.nonisolated())
    }

    /// The status success means that the instance is durable and that its delivery will be closed, even if this process
    /// ends now. The future never fails.
    func finish(cut: DataSetCut? = nil) -> EventLoopFuture<OperationOutcome> {
        received = eventLoop.now
        self.cut = cut
        if let failure { return fail(failure) }
        guard isBegun else { return after(write(ByteBuffer())) { self.publish() } }
        return publish()
    }

    /// Ends the upload without storing the instance, after an error or because the association has ended. If the object
    /// is already in the store it stays there: it was not acknowledged, and no other instance gets its key. The future
    /// never fails.
    @discardableResult
    func discard() -> EventLoopFuture<Void> {
        writer.discard().assumeIsolated().map {
            self.destination.deliveries.instanceFailed(in: self.membership.delivery)
            self.destination.uploads.end()
        }.nonisolated()
    }

    // MARK: -

    /// First the instance is made durable, then its delivery's open marker. Only after both is the instance
    /// acknowledged.
    private func publish() -> EventLoopFuture<OperationOutcome> {
        guard destination.deliveries.instanceComplete(size: size, in: membership.delivery) else {
            return refuseForSize()
        }
        return after(writer.finish(checksum)) {
            self.after(self.membership.marker.written(on: self.eventLoop)) { self.acknowledge() }
        }
    }

    /// Continues at once when there is nothing to wait for, as for most instances in a folder: futures would take
    /// longer than the work itself. If `wait` fails, the instance fails.
    private func after(
        _ readiness: Readiness, _ next: @escaping () -> EventLoopFuture<OperationOutcome>
    ) -> EventLoopFuture<OperationOutcome> {
        guard case .after(let wait) = readiness else { return next() }
        return wait.assumeIsolated().flatMap(next).flatMapError { self.fail($0) }.nonisolated()
    }

    private func account(for bytes: ByteBuffer) {
        size += bytes.readableBytes
        bytes.withUnsafeReadableBytes { checksum.update($0) }
    }

    private func acknowledge() -> EventLoopFuture<OperationOutcome> {
        let stored = StoredInstance(
            size: size, checksum: checksum, sopClassUID: instance.sopClassUID.value,
            transferSyntaxUID: instance.transferSyntax.uid, isIncomplete: cut != nil)
        guard destination.deliveries.instanceStored(stored, in: membership) else { return refuseWithoutLease() }
        destination.counts.instanceStored(
            bytes: size, nanoseconds: (eventLoop.now - received).nanoseconds, by: sender.origin.destination.route)
        destination.uploads.end()
        let outcome =
            if let cut {
                OperationOutcome(status: .dataSetIncomplete, errorComment: "Stored: \(cut)")
            } else {
                OperationOutcome(status: .success)
            }
        return eventLoop.makeSucceededFuture(outcome)
    }

    /// The status tells the sender that it can help to send the instance again later.
    private func fail(_ error: any Error) -> EventLoopFuture<OperationOutcome> {
        let outcome = OperationOutcome(
            status: .outOfResources, errorComment: "The store cannot take it now, send it again later")
        destination.logger.error("instance not stored", error: error, metadata: metadata(outcome))
        return discard().map { outcome }
    }

    private func refuseWithoutLease() -> EventLoopFuture<OperationOutcome> {
        let outcome = OperationOutcome(
            status: .outOfResources, errorComment: "The store cannot take it now, send it again later")
        destination.logger.error(
            "instance not acknowledged: the task lease was lost or the delivery is too old, a sweep may have closed it",
            metadata: metadata(outcome))
        destination.uploads.end()
        return eventLoop.makeSucceededFuture(outcome)
    }

    /// If the instance is sent again, it goes to another delivery.
    private func refuseForSize() -> EventLoopFuture<OperationOutcome> {
        let outcome = OperationOutcome(
            status: .outOfResources, errorComment: "Too large for this delivery, send it again")
        var metadata = metadata(outcome)
        metadata["bytes"] = "\(size)"
        destination.logger.warning(
            "instance not stored: with it the delivery would be too large for one import job", metadata: metadata)
        return discard().map { outcome }
    }

    private func metadata(_ outcome: OperationOutcome) -> Logger.Metadata {
        [
            "status": "\(outcome.status)", "association": "\(sender.associationID)",
            "sopInstanceUID": "\(instance.sopInstanceUID)",
            "deliveryId": "\(membership.delivery)",
        ]
    }
}
