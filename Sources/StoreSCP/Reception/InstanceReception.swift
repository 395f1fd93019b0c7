import DICOM
import DICOMNetwork
import NIOCore

/// Takes the data set of one C-STORE on the association's event loop: reads its header as it passes, and hands every byte
/// on to the upload.
///
/// What comes before the UIDs is held in memory, as far as the budget grants: they are part of the key.
final class InstanceReception: InstanceReceiver {
    /// An upload of a file that begins with these bytes.
    typealias MakeUpload = (ReceivedInstance, ByteBuffer, BufferShare) throws(InstanceProblem) -> InstanceUpload

    private static let maximumHeaderLength = 16 << 20
    /// What is asked of the budget at first; then as much again as is held.
    private static let firstReservation = 64 << 10

    private let request: CStoreRequest
    private let limits: ReceptionLimits
    private let eventLoop: any EventLoop
    private let makeUpload: MakeUpload
    private let onRefusal: (InstanceProblem) -> Void

    private enum State {
        case readingHeader
        case uploading(InstanceUpload)
        /// The rest of the data set is dropped.
        case refused(InstanceProblem)
        case cancelled
    }

    private var state = State.readingHeader
    private var headerReader: InstanceHeaderReader
    private var size = 0
    /// Until the upload begins: the file meta information, since what is stored is a Part 10 file, and then what came.
    private var held: ByteBuffer
    private let fileMetaInformationLength: Int
    private let share: BufferShare
    /// Of the share, what is reserved for what is held.
    private var reserved = 0

    init(
        request: CStoreRequest, fileMetaInformation: FileMetaInformation, limits: ReceptionLimits,
        budget: BufferBudget, eventLoop: any EventLoop, onRefusal: @escaping (InstanceProblem) -> Void,
        makeUpload: @escaping MakeUpload
    ) throws(DataSetError) {
        self.request = request
        self.limits = limits
        self.eventLoop = eventLoop
        self.makeUpload = makeUpload
        self.onRefusal = onRefusal
        var headerLimits = DataSetLimits()
        headerLimits.maximumBytesExamined = UInt64(Self.maximumHeaderLength)
        headerLimits.maximumDepth = limits.maximumElementDepth
        headerReader = try InstanceHeaderReader(transferSyntax: request.transferSyntax, limits: headerLimits)
        held = ByteBuffer(bytes: fileMetaInformation.encoded())
        fileMetaInformationLength = held.readableBytes
        share = BufferShare(of: budget)
    }

    func receive(_ fragment: ByteBuffer) -> EventLoopFuture<Void>? {
        if case .refused = state { return nil }
        size += fragment.readableBytes
        guard size <= limits.maximumInstanceBytes else {
            refuse(.tooLarge(maximum: limits.maximumInstanceBytes))
            return nil
        }
        switch state {
        case .readingHeader: return readHeader(in: fragment)
        case .uploading(let upload): return upload.write(fragment)
        case .refused, .cancelled: return nil
        }
    }

    func finish() -> EventLoopFuture<StoreOutcome> {
        // A data set may end before anything stands behind its UIDs.
        if case .readingHeader = state {
            begin(at: ByteBuffer()) { () throws(DataSetError) in
                try headerReader.finish()
                return true
            }
        }
        switch state {
        case .uploading(let upload): return upload.finish()
        case .refused(let problem): return eventLoop.makeSucceededFuture(problem.outcome)
        case .readingHeader, .cancelled:
            let problem = InstanceProblem.unreadable(.truncated(after: headerReader.bytesConsumed))
            return eventLoop.makeSucceededFuture(problem.outcome)
        }
    }

    func cancel() {
        end(.cancelled)
    }

    // MARK: -

    /// The fragment is the upload's if the header is whole with it, and held if not.
    private func readHeader(in fragment: ByteBuffer) -> EventLoopFuture<Void>? {
        begin(at: fragment) { () throws(DataSetError) in try headerReader.feed(fragment) == .complete }
        switch state {
        case .readingHeader: return hold(fragment)
        case .uploading(let upload): return unreserve(after: upload.write(fragment))
        case .refused, .cancelled: return nil
        }
    }

    /// What was held is still in memory until the upload has written it, for which it may have to wait.
    private func unreserve(after written: EventLoopFuture<Void>?) -> EventLoopFuture<Void>? {
        guard reserved > 0, let written else {
            unreserve()
            return written
        }
        return written.assumeIsolated().always { _ in self.unreserve() }.nonisolated()
    }

    /// Goes on to the upload when the header is whole with this fragment, which `read` tells.
    private func begin(at fragment: ByteBuffer, whenComplete read: () throws(DataSetError) -> Bool) {
        do {
            guard try read() else { return }
        } catch {
            let dataSet = held.readableBytesView.dropFirst(fileMetaInformationLength)
            let isFile = FileMetaInformation.looksLikePart10Prefix(
                dataSet + fragment.readableBytesView.prefix(FileMetaInformation.preambleLength + 4))
            return refuse(isFile ? .part10File : .unreadable(error))
        }
        do {
            let instance = try ReceivedInstance(header: headerReader.header, request: request)
            state = .uploading(try makeUpload(instance, held, share))
            held = ByteBuffer()
        } catch {
            refuse(error)
        }
    }

    private func hold(_ fragment: ByteBuffer) -> EventLoopFuture<Void>? {
        let count = held.readableBytes + fragment.readableBytes
        // The reader has bounds of its own, which for a deflated data set are not about what is held.
        guard count - fileMetaInformationLength <= Self.maximumHeaderLength else {
            refuse(.headerTooLong(maximum: Self.maximumHeaderLength))
            return nil
        }
        let missing = count > reserved ? max(Self.firstReservation, count, 2 * reserved) - reserved : 0
        guard missing > 0, let granted = share.grow(by: missing, eventLoop: eventLoop) else {
            append(fragment, reserving: missing)
            return nil
        }
        return granted.assumeIsolated().map { self.append(fragment, reserving: missing) }.nonisolated()
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
        onRefusal(problem)
    }

    private func end(_ end: State) {
        if case .uploading(let upload) = state { upload.discard() }
        state = end
        held = ByteBuffer()
        unreserve()
    }
}
