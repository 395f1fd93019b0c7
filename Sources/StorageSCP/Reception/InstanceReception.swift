// SPDX-License-Identifier: Apache-2.0

import DICOM
import DICOMNetwork
import NIOCore

/// Receives the data set of one C-STORE on the association's event loop: reads its header, follows its structure to the
/// end, and passes every byte on to the upload.
///
/// The bytes up to the UIDs are held in memory, as far as the budget permits, because the object's key is made from the
/// UIDs.
final class InstanceReception: DataSetReceiver {
    /// The number of elements that are read in one turn, which takes some tenths of a millisecond. See
    /// `InstanceHeaderReader.feed`.
    private static let workInATurn: UInt64 = 2048
    /// How long the rest of an evicted data set may take, and how many evictions an association may have. Beyond either
    /// limit the association is aborted.
    static let timeForRest = TimeAmount.seconds(30)
    static let maximumEvictions = 1
    /// The first reservation of memory; each further one doubles it.
    private static let firstReservation = 64 << 10

    private let request: CStoreRequest
    private let association: Association
    private let fileMetaInformation: FileMetaInformation
    private let limits: ReceptionLimits
    private let routes: AssociationRoutes
    private let service: any ReceptionService
    private let eventLoop: any EventLoop

    private enum State {
        case readingHeader
        case uploading(InstanceUpload)
        /// The rest of the data set is discarded as it arrives.
        case refused(InstanceProblem)
        /// A route discards it: the rest is discarded as it arrives, and the answer is success.
        case discarded(route: String)
        case cancelled
    }

    private var state = State.readingHeader
    private var headerReader: InstanceHeaderReader
    /// Follows the structure after the header.
    private var walk: DataSetWalk?
    private var size = 0
    /// Until the upload begins: the file meta information, because a Part 10 file is stored, and then the received
    /// bytes.
    private var held: ByteBuffer
    private let fileMetaInformationLength: Int
    private let share: BufferShare
    private let itself: WeakBox<InstanceReception>
    /// When an evicted data set must have ended; `nil` for others, to which only the association's own limits apply.
    private var restIsDue: NIODeadline?
    /// The bytes of the share that are reserved for `held`.
    private var reserved = 0

    init(
        request: CStoreRequest, association: Association, fileMetaInformation: FileMetaInformation,
        limits: ReceptionLimits, routes: AssociationRoutes = .none, budget: BufferBudget,
        service: any ReceptionService, eventLoop: any EventLoop
    ) throws(DataSetError) {
        self.request = request
        self.association = association
        self.fileMetaInformation = fileMetaInformation
        self.limits = limits
        self.routes = routes
        self.service = service
        self.eventLoop = eventLoop
        var headerLimits = DataSetLimits()
        // A deflated data set has another limit: how far it may inflate.
        if !request.transferSyntax.isDeflated {
            headerLimits.maximumBytesExamined = UInt64(limits.maximumHeaderBytes)
        }
        headerLimits.maximumDepth = limits.maximumElementDepth
        headerReader = try InstanceHeaderReader(
            transferSyntax: request.transferSyntax, limits: headerLimits, keeping: routes.tags)
        held = ByteBuffer(bytes: fileMetaInformation.encoded())
        fileMetaInformationLength = held.readableBytes
        let itself = WeakBox<InstanceReception>()
        self.itself = itself
        let onLoop = NIOLoopBound(itself, eventLoop: eventLoop)
        share = BufferShare(of: budget, for: MemoryShares.Peer(of: association)) {
            eventLoop.execute { onLoop.value.value?.evict() }
        }
        itself.value = self
    }

    func receive(_ fragment: ByteBuffer) -> Readiness {
        share.received(fragment, taking: take)
    }

    func finish() -> EventLoopFuture<OperationOutcome> {
        share.holder.senderIsAwaited(false)
        // A data set may end right after its UIDs.
        if case .readingHeader = state {
            do {
                try headerReader.finish()
                begin(after: ByteBuffer())
            } catch {
                refuse(problem(with: error, after: ByteBuffer()))
            }
        }
        switch state {
        case .uploading(let upload): return finish(upload)
        case .refused(let problem): return eventLoop.makeSucceededFuture(problem.outcome)
        case .discarded(let route):
            service.discarded(request, by: route, on: association)
            return eventLoop.makeSucceededFuture(OperationOutcome(status: .success))
        // `finish` is not called in these states.
        case .readingHeader, .cancelled: return eventLoop.makeSucceededFuture(OperationOutcome(status: .outOfResources))
        }
    }

    private func finish(_ upload: InstanceUpload) -> EventLoopFuture<OperationOutcome> {
        // After a failed write we did not receive the rest of the data set, so we cannot tell whether it ended well.
        guard !upload.hasFailed, let ending = walk?.finish(), ending != .whole else { return upload.finish() }
        guard case .cut(let cut) = ending else {
            service.takes(request, despite: ending, on: association)
            return upload.finish()
        }
        guard limits.incompleteDataSets == .store else {
            let problem = InstanceProblem.incomplete(cut)
            refuse(problem)
            return eventLoop.makeSucceededFuture(problem.outcome)
        }
        service.takes(request, despite: ending, on: association)
        return upload.finish(cut: cut)
    }

    func cancel() {
        end(.cancelled)
    }

    // MARK: -

    private func take(_ fragment: ByteBuffer) -> Readiness {
        switch state {
        case .refused, .discarded: return drop()
        case .readingHeader, .uploading, .cancelled: break
        }
        size += fragment.readableBytes
        guard size <= limits.maximumInstanceBytes else {
            refuse(.tooLarge(maximum: limits.maximumInstanceBytes))
            return .now
        }
        switch state {
        case .readingHeader: return readHeader(in: fragment, from: fragment)
        case .uploading(let upload): return write(fragment, following: fragment, to: upload)
        case .refused, .discarded, .cancelled: return .now
        }
    }

    /// Discarding costs nothing, but an evicted data set must end in time.
    private func drop() -> Readiness {
        guard let restIsDue, eventLoop.now >= restIsDue else { return .now }
        return .after(eventLoop.makeFailedFuture(PeerNotWanted()))
    }

    /// Others wait for memory, and this sender is the slowest of those that hold some.
    private func evict() {
        guard share.holder.progress.isAwaited else { return }
        switch state {
        case .readingHeader, .uploading: break
        case .refused, .discarded, .cancelled: return
        }
        let hasGoneOn = service.countEviction(of: association) > Self.maximumEvictions
        restIsDue = eventLoop.now + (hasGoneOn ? .zero : Self.timeForRest)
        refuse(.memoryNeeded)
    }

    /// Reads the header on. If it is complete with this fragment, the fragment goes to the upload; if not, it is held.
    /// `rest` is the part of the fragment that has not been read yet.
    private func readHeader(in fragment: ByteBuffer, from rest: ByteBuffer) -> Readiness {
        var rest = rest
        do {
            switch try headerReader.feed(&rest, work: Self.workInATurn) {
            case .complete: begin(after: fragment)
            case .needsMoreBytes: return hold(fragment)
            case .paused:
                return .after(
                    service.nextTurn(on: eventLoop).assumeIsolated().flatMap { [rest] in
                        // The association may have ended meanwhile.
                        guard case .readingHeader = self.state else { return self.eventLoop.makeSucceededVoidFuture() }
                        return self.readHeader(in: fragment, from: rest).future(on: self.eventLoop)
                    }.nonisolated())
            }
        } catch {
            refuse(problem(with: error, after: fragment))
        }
        guard case .uploading(let upload) = state else { return .now }
        return unreserve(after: write(fragment, following: rest, to: upload))
    }

    /// Follows the data set's structure in `rest`, the part of the fragment that has not been read yet, and then writes
    /// the fragment.
    private func write(
        _ fragment: ByteBuffer, following rest: ByteBuffer, to upload: InstanceUpload
    ) -> Readiness {
        var rest = rest
        guard walk?.feed(&rest, work: Self.workInATurn) == true else { return upload.write(fragment) }
        return .after(
            service.nextTurn(on: eventLoop).assumeIsolated().flatMap { [rest] in
                // The association may have ended meanwhile.
                guard case .uploading(let upload) = self.state else { return self.eventLoop.makeSucceededVoidFuture() }
                return self.write(fragment, following: rest, to: upload).future(on: self.eventLoop)
            }.nonisolated())
    }

    /// The held bytes stay in memory until the upload has written them, and it may have to wait before it can.
    private func unreserve(after written: Readiness) -> Readiness {
        guard reserved > 0, case .after(let future) = written else {
            unreserve()
            return written
        }
        return .after(future.assumeIsolated().always { _ in self.unreserve() }.nonisolated())
    }

    /// Begins the upload: the header is complete with this fragment.
    private func begin(after fragment: ByteBuffer) {
        guard !isFile(after: fragment) else { return refuse(.part10File) }
        do throws(InstanceProblem) {
            let instance = try ReceivedInstance(
                header: headerReader.header, request: request, mismatch: limits.uidMismatch)
            guard let destination = try destination(of: instance) else { return }
            state = .uploading(
                try service.upload(
                    instance, to: destination, beginning: beginning(of: instance), memory: share, of: request,
                    on: association, eventLoop: eventLoop))
            walk = DataSetWalk(after: headerReader)
            held = ByteBuffer()
        } catch {
            refuse(error)
        }
    }

    /// Where the instance goes; `nil` if a route discards it.
    private func destination(of instance: ReceivedInstance) throws(InstanceProblem) -> DeliveryDestination? {
        let route = routes.route(sopClassUID: instance.sopClassUID.value, header: headerReader.header)
        switch route?.action {
        case .store(let datastoreID): return DeliveryDestination(route: route?.name, datastoreID: datastoreID)
        case .refuse(let status): throw .refusedByRoute(route?.name ?? "", status)
        case .discard:
            end(.discarded(route: route?.name ?? ""))
            return nil
        case nil: return .standard
        }
    }

    /// Whether the peer sent a file instead of a data set. A preamble of zeros can be read as elements without a value.
    private func isFile(after fragment: ByteBuffer) -> Bool {
        // The usual case: the header is in the first fragment.
        guard held.readableBytes > fileMetaInformationLength else {
            return fragment.withUnsafeReadableBytes(FileMetaInformation.looksLikePart10Prefix)
        }
        let beginning =
            held.readableBytesView.dropFirst(fileMetaInformationLength)
            + fragment.readableBytesView.prefix(FileMetaInformation.preambleLength + 4)
        return beginning.withUnsafeBytes(FileMetaInformation.looksLikePart10Prefix)
    }

    /// The beginning of the file, up to the bytes that are held. Its file meta information names the instance as the
    /// data set does.
    private func beginning(of instance: ReceivedInstance) -> ByteBuffer {
        guard !instance.isNamed(by: request) else { return held }
        var meta = fileMetaInformation
        meta.mediaStorageSOPClassUID = instance.sopClassUID
        meta.mediaStorageSOPInstanceUID = instance.sopInstanceUID
        var beginning = ByteBuffer(bytes: meta.encoded())
        beginning.writeBytes(held.readableBytesView.dropFirst(fileMetaInformationLength))
        return beginning
    }

    /// The header reader reports an element that ends beyond the limit before the element's bytes have arrived.
    private func problem(with error: DataSetError, after fragment: ByteBuffer) -> InstanceProblem {
        if isFile(after: fragment) {
            .part10File
        } else if case .lengthExceedsMaximum = error, !request.transferSyntax.isDeflated {
            .headerTooLong(maximum: limits.maximumHeaderBytes)
        } else {
            .unreadable(error, at: headerReader.place)
        }
    }

    private func hold(_ fragment: ByteBuffer) -> Readiness {
        let count = held.readableBytes + fragment.readableBytes
        let greatest = limits.maximumHeaderBytes + fileMetaInformationLength
        guard count <= greatest else {
            refuse(.headerTooLong(maximum: limits.maximumHeaderBytes))
            return .now
        }
        let missing =
            count > reserved ? max(count, min(greatest, max(Self.firstReservation, 2 * reserved))) - reserved : 0
        guard missing > 0, case .after(let granted) = share.grow(by: missing, eventLoop: eventLoop) else {
            append(fragment, reserving: missing)
            return .now
        }
        return .after(granted.assumeIsolated().map { self.append(fragment, reserving: missing) }.nonisolated())
    }

    /// If the reception has ended in the meantime, the bytes are given back when the share is deallocated.
    private func append(_ fragment: ByteBuffer, reserving count: Int) {
        guard case .readingHeader = state else { return }
        reserved += count
        held.writeImmutableBuffer(fragment)
    }

    private func unreserve() {
        if reserved > 0 { share.shrink(by: reserved) }
        reserved = 0
    }

    private func refuse(_ problem: InstanceProblem) {
        end(.refused(problem))
        service.refused(request, because: problem, on: association)
    }

    private func end(_ end: State) {
        if case .uploading(let upload) = state { upload.discard() }
        state = end
        held = ByteBuffer()
        unreserve()
    }
}
