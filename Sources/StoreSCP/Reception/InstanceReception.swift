import DICOM
import DICOMNetwork
import NIOCore

/// Takes the data set of one C-STORE on the association's event loop: reads its header as it passes, gathers parts and
/// hands each full one over. At most two parts are held: one that fills and one that is being written, and of these no
/// more than the budget grants.
final class InstanceReception: InstanceReceiver {
    typealias MakeUpload = (ReceivedInstance) -> InstanceUpload

    /// What is asked of the budget as an instance grows, before a whole part is. Who waits for a part holds no more than
    /// these, so that it does not keep others from theirs.
    private static let firstReservations = [64 << 10, 1 << 20]
    /// What comes before the UIDs has to be held in memory, since they are part of the key.
    private static let maximumHeaderLength = 16 << 20

    private let request: CStoreRequest
    private let partSize: Int
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
    /// Begins with the file meta information: what is stored is a Part 10 file.
    private var part: [UInt8]
    private let fileMetaInformationLength: Int
    private let share: BufferShare
    /// Of the share, what belongs to the part that fills.
    private var reserved = 0
    /// Done when every part that was handed over is written.
    private var written: EventLoopFuture<Void>

    init(
        request: CStoreRequest, fileMetaInformation: FileMetaInformation, partSize: Int, limits: ReceptionLimits,
        budget: BufferBudget, eventLoop: any EventLoop, onRefusal: @escaping (InstanceProblem) -> Void,
        makeUpload: @escaping MakeUpload
    ) throws(DataSetError) {
        self.request = request
        self.partSize = partSize
        self.limits = limits
        self.eventLoop = eventLoop
        self.makeUpload = makeUpload
        self.onRefusal = onRefusal
        var headerLimits = DataSetLimits()
        headerLimits.maximumBytesExamined = UInt64(Self.maximumHeaderLength)
        headerLimits.maximumDepth = limits.maximumElementDepth
        headerReader = try InstanceHeaderReader(transferSyntax: request.transferSyntax, limits: headerLimits)
        part = fileMetaInformation.encoded()
        fileMetaInformationLength = part.count
        share = BufferShare(of: budget)
        written = eventLoop.makeSucceededVoidFuture()
    }

    func receive(_ fragment: ByteBuffer) -> EventLoopFuture<Void>? {
        if case .refused = state { return nil }
        size += fragment.readableBytes
        guard size <= limits.maximumInstanceBytes else {
            refuse(.tooLarge(maximum: limits.maximumInstanceBytes))
            return nil
        }
        guard let granted = reserve(part.count + fragment.readableBytes) else { return take(fragment) }
        return granted.assumeIsolated().flatMap {
            self.take(fragment) ?? self.eventLoop.makeSucceededVoidFuture()
        }.nonisolated()
    }

    func finish() -> EventLoopFuture<StoreOutcome> {
        // A data set may end before anything stands behind its UIDs.
        if case .readingHeader = state {
            begin { () throws(DataSetError) in
                try headerReader.finish()
                return true
            }
        }
        switch state {
        case .uploading(let upload): return finish(upload)
        case .refused(let problem): return eventLoop.makeSucceededFuture(problem.outcome)
        case .readingHeader, .cancelled:
            let problem = InstanceProblem.unreadable(.truncated(after: headerReader.bytesConsumed))
            return eventLoop.makeSucceededFuture(problem.outcome)
        }
    }

    func cancel() {
        discardUpload()
        state = .cancelled
        releasePart()
    }

    // MARK: Bytes

    /// Makes sure that the part may hold so many bytes; nil: it may at once.
    private func reserve(_ count: Int) -> EventLoopFuture<Void>? {
        guard count > reserved else { return nil }
        let step = Self.firstReservations.first { count <= $0 && $0 < partSize } ?? partSize
        // A part that is complete with this fragment is a little longer; what stands before the UIDs can be much longer, and
        // is doubled so that little is copied.
        let wanted = count <= step ? step : max(count, min(2 * reserved, Self.maximumHeaderLength))
        let missing = wanted - reserved
        guard let granted = share.grow(by: missing, eventLoop: eventLoop) else {
            holdPart(of: wanted)
            return nil
        }
        return granted.assumeIsolated().map { self.holdPart(of: wanted) }.nonisolated()
    }

    private func holdPart(of count: Int) {
        reserved = count
        part.reserveCapacity(count)
    }

    private func take(_ fragment: ByteBuffer) -> EventLoopFuture<Void>? {
        if case .cancelled = state { return nil }
        part.append(contentsOf: fragment.readableBytesView)
        if case .readingHeader = state {
            // The reader has bounds of its own, which for a deflated data set are not about what is held.
            guard part.count - fileMetaInformationLength <= Self.maximumHeaderLength else {
                refuse(.headerTooLong(maximum: Self.maximumHeaderLength))
                return nil
            }
            begin { () throws(DataSetError) in try headerReader.feed(fragment) == .complete }
        }
        guard case .uploading(let upload) = state, part.count >= partSize else { return nil }
        return handOver(to: upload)
    }

    private func releasePart() {
        part = []
        share.shrink(by: reserved)
        reserved = 0
    }

    /// The part's bytes and what is reserved for them, which whoever takes them gives back.
    private func takePart() -> (bytes: [UInt8], reserved: Int) {
        defer {
            part = []
            reserved = 0
        }
        return (part, reserved)
    }

    // MARK: The instance

    /// Goes on to the upload when the header is whole, which `read` tells.
    private func begin(whenComplete read: () throws(DataSetError) -> Bool) {
        do {
            guard try read() else { return }
        } catch {
            let dataSet = part.dropFirst(fileMetaInformationLength)
            refuse(FileMetaInformation.looksLikePart10Prefix(dataSet) ? .part10File : .unreadable(error))
            return
        }
        do {
            state = .uploading(makeUpload(try ReceivedInstance(header: headerReader.header, request: request)))
        } catch {
            refuse(error)
        }
    }

    private func refuse(_ problem: InstanceProblem) {
        discardUpload()
        state = .refused(problem)
        releasePart()
        onRefusal(problem)
    }

    private func discardUpload() {
        guard case .uploading(let upload) = state else { return }
        written.whenComplete { _ in
            Task { await upload.discard() }
        }
    }

    private func finish(_ upload: InstanceUpload) -> EventLoopFuture<StoreOutcome> {
        let rest = takePart()
        let promise = eventLoop.makePromise(of: StoreOutcome.self)
        written.whenComplete { [share] result in
            promise.completeWithTask {
                defer { share.shrink(by: rest.reserved) }
                return switch result {
                case .success: await upload.finish(rest.bytes)
                case .failure(let error): await upload.fail(error)
                }
            }
        }
        return promise.futureResult
    }

    /// Writes the part after the one before it; the future says when the next may fill.
    private func handOver(to upload: InstanceUpload) -> EventLoopFuture<Void> {
        let full = takePart()
        let previous = written
        let promise = eventLoop.makePromise(of: Void.self)
        previous.whenComplete { [share] result in
            switch result {
            case .success:
                promise.completeWithTask {
                    defer { share.shrink(by: full.reserved) }
                    try await upload.append(full.bytes)
                }
            case .failure(let error):
                share.shrink(by: full.reserved)
                promise.fail(error)
            }
        }
        written = promise.futureResult
        return previous
    }
}
