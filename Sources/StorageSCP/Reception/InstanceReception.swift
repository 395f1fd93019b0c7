import DICOM
import DICOMNetwork
import NIOCore

/// Takes the data set of one C-STORE on the association's event loop: reads its header as it passes, follows it to its end,
/// and hands every byte on to the upload.
///
/// What comes before the UIDs is held in memory, as far as the budget grants: they are part of the key.
final class InstanceReception: InstanceReceiver {
    /// An upload of a file that begins with these bytes.
    typealias MakeUpload = (ReceivedInstance, ByteBuffer, BufferShare) throws(InstanceProblem) -> InstanceUpload

    /// What a reception has of its surroundings.
    struct Surroundings {
        let budget: BufferBudget
        let peer: MemoryShares.Peer
        let eventLoop: any EventLoop
        /// See `Turns`.
        let nextTurn: () -> EventLoopFuture<Void>
        let onRefusal: (InstanceProblem) -> Void
        /// The instance is stored, but it is not whole, or nobody knows.
        let onDoubt: (DataSetWalk.Ending) -> Void
        /// How often this association's memory was taken away, this time included.
        let countEviction: () -> Int
    }

    /// Elements that are read before others have their turn, some tenths of a millisecond. See `InstanceHeaderReader.feed`.
    private static let workInATurn: UInt64 = 2048
    /// How long the rest of a data set may take whose memory others needed, and how many such there may be: then we abort.
    static let timeForRest = TimeAmount.seconds(30)
    static let maximumEvictions = 1
    /// What is asked of the budget at first; then as much again as is held.
    private static let firstReservation = 64 << 10

    private let request: CStoreRequest
    private let fileMetaInformation: FileMetaInformation
    private let limits: ReceptionLimits
    private let surroundings: Surroundings
    private let makeUpload: MakeUpload
    private var eventLoop: any EventLoop { surroundings.eventLoop }

    private enum State {
        case readingHeader
        case uploading(InstanceUpload)
        /// The rest of the data set is dropped.
        case refused(InstanceProblem)
        case cancelled
    }

    private var state = State.readingHeader
    private var headerReader: InstanceHeaderReader
    /// From the header on.
    private var walk: DataSetWalk?
    private var size = 0
    /// Until the upload begins: the file meta information, since what is stored is a Part 10 file, and then what came.
    private var held: ByteBuffer
    private let fileMetaInformationLength: Int
    private let share: BufferShare
    private let itself: WeakBox
    /// When the rest of the data set has to have come; nil: that is for the association's own limits.
    private var restIsDue: NIODeadline?
    /// Of the share, what is reserved for what is held.
    private var reserved = 0

    init(
        request: CStoreRequest, fileMetaInformation: FileMetaInformation, limits: ReceptionLimits,
        surroundings: Surroundings, makeUpload: @escaping MakeUpload
    ) throws(DataSetError) {
        self.request = request
        self.fileMetaInformation = fileMetaInformation
        self.limits = limits
        self.surroundings = surroundings
        self.makeUpload = makeUpload
        var headerLimits = DataSetLimits()
        // What is inflated has a bound of its own.
        if !request.transferSyntax.isDeflated {
            headerLimits.maximumBytesExamined = UInt64(limits.maximumHeaderBytes)
        }
        headerLimits.maximumDepth = limits.maximumElementDepth
        headerReader = try InstanceHeaderReader(transferSyntax: request.transferSyntax, limits: headerLimits)
        held = ByteBuffer(bytes: fileMetaInformation.encoded())
        fileMetaInformationLength = held.readableBytes
        let itself = WeakBox()
        self.itself = itself
        let onLoop = NIOLoopBound(itself, eventLoop: surroundings.eventLoop)
        share = BufferShare(of: surroundings.budget, for: surroundings.peer) { [eventLoop = surroundings.eventLoop] in
            eventLoop.execute { onLoop.value.reception?.evict() }
        }
        itself.reception = self
    }

    func receive(_ fragment: ByteBuffer) -> Readiness {
        share.holder.received(fragment.readableBytes)
        guard case .after(let taken) = take(fragment) else { return .now }
        share.holder.senderIsAwaited(false)
        return .after(
            taken.assumeIsolated().always { _ in self.share.holder.senderIsAwaited(true) }.nonisolated())
    }

    func finish() -> EventLoopFuture<StoreOutcome> {
        share.holder.senderIsAwaited(false)
        // A data set may end before anything stands behind its UIDs.
        if case .readingHeader = state {
            begin(after: ByteBuffer()) { () throws(DataSetError) in
                try headerReader.finish()
                return .complete
            }
        }
        switch state {
        case .uploading(let upload): return finish(upload)
        case .refused(let problem): return eventLoop.makeSucceededFuture(problem.outcome)
        // It is not asked to finish then.
        case .readingHeader, .cancelled: return eventLoop.makeSucceededFuture(StoreOutcome(status: .outOfResources))
        }
    }

    private func finish(_ upload: InstanceUpload) -> EventLoopFuture<StoreOutcome> {
        // What came behind a write that failed was not handed to us: nothing can be said of the data set's end.
        guard !upload.hasFailed, let ending = walk?.finish(), ending != .whole else { return upload.finish() }
        guard case .cut(let cut) = ending else {
            surroundings.onDoubt(ending)
            return upload.finish()
        }
        guard limits.incompleteDataSets == .store else {
            let problem = InstanceProblem.incomplete(cut)
            refuse(problem)
            return eventLoop.makeSucceededFuture(problem.outcome)
        }
        surroundings.onDoubt(ending)
        return upload.finish(cut: cut)
    }

    func cancel() {
        end(.cancelled)
    }

    // MARK: -

    private func take(_ fragment: ByteBuffer) -> Readiness {
        if case .refused = state { return drop() }
        size += fragment.readableBytes
        guard size <= limits.maximumInstanceBytes else {
            refuse(.tooLarge(maximum: limits.maximumInstanceBytes))
            return .now
        }
        switch state {
        case .readingHeader: return readHeader(in: fragment, from: fragment)
        case .uploading(let upload): return write(fragment, following: fragment, to: upload)
        case .refused, .cancelled: return .now
        }
    }

    /// What is refused costs nothing, but a peer may not go on with it for ever once its memory was needed.
    private func drop() -> Readiness {
        guard let restIsDue, eventLoop.now >= restIsDue else { return .now }
        return .after(eventLoop.makeFailedFuture(PeerNotWanted()))
    }

    /// Others wait for memory, and of all who hold some this sender is the slowest.
    private func evict() {
        guard share.holder.progress.isAwaited else { return }
        switch state {
        case .readingHeader, .uploading: break
        case .refused, .cancelled: return
        }
        let hasGoneOn = surroundings.countEviction() > Self.maximumEvictions
        restIsDue = eventLoop.now + (hasGoneOn ? .zero : Self.timeForRest)
        refuse(.memoryNeeded)
    }

    /// The fragment is the upload's if the header is whole with it, and held if not. `rest`: what of it was not read yet.
    private func readHeader(in fragment: ByteBuffer, from rest: ByteBuffer) -> Readiness {
        var rest = rest
        var isPaused = false
        begin(after: fragment) { () throws(DataSetError) in
            let progress = try headerReader.feed(&rest, work: Self.workInATurn)
            isPaused = progress == .paused
            return progress
        }
        if isPaused {
            return .after(
                surroundings.nextTurn().assumeIsolated().flatMap { [rest] in
                    // The association may have ended meanwhile.
                    guard case .readingHeader = self.state else { return self.eventLoop.makeSucceededVoidFuture() }
                    return self.readHeader(in: fragment, from: rest).future(on: self.eventLoop)
                }.nonisolated())
        }
        switch state {
        case .readingHeader: return hold(fragment)
        case .uploading(let upload): return unreserve(after: write(fragment, following: rest, to: upload))
        case .refused, .cancelled: return .now
        }
    }

    /// Goes on with the data set's structure in `rest`, which is what of the fragment was not read yet, and then writes the
    /// fragment.
    private func write(
        _ fragment: ByteBuffer, following rest: ByteBuffer, to upload: InstanceUpload
    ) -> Readiness {
        var rest = rest
        guard walk?.feed(&rest, work: Self.workInATurn) == true else { return upload.write(fragment) }
        return .after(
            surroundings.nextTurn().assumeIsolated().flatMap { [rest] in
                // The association may have ended meanwhile.
                guard case .uploading(let upload) = self.state else { return self.eventLoop.makeSucceededVoidFuture() }
                return self.write(fragment, following: rest, to: upload).future(on: self.eventLoop)
            }.nonisolated())
    }

    /// What was held is still in memory until the upload has written it, for which it may have to wait.
    private func unreserve(after written: Readiness) -> Readiness {
        guard reserved > 0, case .after(let future) = written else {
            unreserve()
            return written
        }
        return .after(future.assumeIsolated().always { _ in self.unreserve() }.nonisolated())
    }

    /// Goes on to the upload when the header is whole with this fragment, which `read` tells.
    private func begin(
        after fragment: ByteBuffer, reading read: () throws(DataSetError) -> InstanceHeaderReader.Progress
    ) {
        do {
            guard try read() == .complete else { return }
        } catch {
            return refuse(isFile(after: fragment) ? .part10File : problem(with: error))
        }
        guard !isFile(after: fragment) else { return refuse(.part10File) }
        do throws(InstanceProblem) {
            let instance = try ReceivedInstance(
                header: headerReader.header, request: request, mismatch: limits.uidMismatch)
            state = .uploading(try makeUpload(instance, beginning(of: instance), share))
            walk = DataSetWalk(after: headerReader)
            held = ByteBuffer()
        } catch {
            refuse(error)
        }
    }

    /// Whether a file came where a data set was due: what begins so can be read as elements without a value.
    private func isFile(after fragment: ByteBuffer) -> Bool {
        // As for nearly all instances, whose header is in the first fragment.
        guard held.readableBytes > fileMetaInformationLength else {
            return fragment.withUnsafeReadableBytes(FileMetaInformation.looksLikePart10Prefix)
        }
        let beginning =
            held.readableBytesView.dropFirst(fileMetaInformationLength)
            + fragment.readableBytesView.prefix(FileMetaInformation.preambleLength + 4)
        return beginning.withUnsafeBytes(FileMetaInformation.looksLikePart10Prefix)
    }

    /// The file as far as it is held, which is to name the instance as the data set does.
    private func beginning(of instance: ReceivedInstance) -> ByteBuffer {
        guard !instance.isNamed(by: request) else { return held }
        var meta = fileMetaInformation
        meta.mediaStorageSOPClassUID = instance.sopClassUID
        meta.mediaStorageSOPInstanceUID = instance.sopInstanceUID
        var beginning = ByteBuffer(bytes: meta.encoded())
        beginning.writeBytes(held.readableBytesView.dropFirst(fileMetaInformationLength))
        return beginning
    }

    /// An element that ends beyond the bound is known before its bytes come.
    private func problem(with error: DataSetError) -> InstanceProblem {
        if case .lengthExceedsMaximum = error, !request.transferSyntax.isDeflated {
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

    /// What was granted after all was given up goes back with the share.
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
        surroundings.onRefusal(problem)
    }

    private func end(_ end: State) {
        if case .uploading(let upload) = state { upload.discard() }
        state = end
        held = ByteBuffer()
        unreserve()
    }

    /// For those on other threads who do not keep it.
    private final class WeakBox {
        weak var reception: InstanceReception?
    }
}
