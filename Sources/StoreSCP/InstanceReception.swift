import DICOM
import DICOMNetwork
import NIOCore

/// Takes the data set of one C-STORE on the association's event loop: reads its header as it passes, gathers parts and
/// hands each full one over. At most two parts are held: one that fills and one that is being written.
final class InstanceReception: InstanceReceiver {
    typealias MakeUpload = (ReceivedInstance) -> InstanceUpload

    private let request: CStoreRequest
    private let partSize: Int
    private let eventLoop: any EventLoop
    private let makeUpload: MakeUpload

    private enum State {
        case readingHeader
        case uploading(InstanceUpload)
        /// The rest of the data set is dropped.
        case refused(InstanceProblem)
    }

    private var state = State.readingHeader
    private var headerReader: InstanceHeaderReader
    /// Begins with the file meta information: what is stored is a Part 10 file.
    private var part: [UInt8]
    private let fileMetaInformationLength: Int
    /// Done when every part that was handed over is written.
    private var written: EventLoopFuture<Void>

    init(
        request: CStoreRequest, fileMetaInformation: FileMetaInformation, partSize: Int, eventLoop: any EventLoop,
        makeUpload: @escaping MakeUpload
    ) throws(DataSetError) {
        self.request = request
        self.partSize = partSize
        self.eventLoop = eventLoop
        self.makeUpload = makeUpload
        headerReader = try InstanceHeaderReader(transferSyntax: request.transferSyntax, limits: Self.headerLimits)
        part = fileMetaInformation.encoded()
        fileMetaInformationLength = part.count
        written = eventLoop.makeSucceededVoidFuture()
    }

    /// What comes before the UIDs has to be held in memory, since they are part of the key.
    private static var headerLimits: DataSetLimits {
        var limits = DataSetLimits()
        limits.maximumBytesExamined = 16 << 20
        return limits
    }

    func receive(_ fragment: ByteBuffer) -> EventLoopFuture<Void>? {
        if case .refused = state { return nil }
        part.append(contentsOf: fragment.readableBytesView)
        if case .readingHeader = state {
            begin { () throws(DataSetError) in try headerReader.feed(fragment) == .complete }
        }
        guard case .uploading(let upload) = state, part.count >= partSize else { return nil }
        return handOver(to: upload)
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
        case .readingHeader:
            let problem = InstanceProblem.unreadable(.truncated(after: headerReader.bytesConsumed))
            return eventLoop.makeSucceededFuture(problem.outcome)
        }
    }

    func cancel() {
        part = []
        guard case .uploading(let upload) = state else { return }
        written.whenComplete { _ in
            Task { await upload.discard() }
        }
    }

    // MARK: -

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
        state = .refused(problem)
        part = []
    }

    private func finish(_ upload: InstanceUpload) -> EventLoopFuture<StoreOutcome> {
        let rest = takePart()
        let promise = eventLoop.makePromise(of: StoreOutcome.self)
        written.whenComplete { result in
            promise.completeWithTask {
                switch result {
                case .success: await upload.finish(rest)
                case .failure(let error): await upload.fail(error)
                }
            }
        }
        return promise.futureResult
    }

    /// Writes the part after the one before it; the future says when the next may fill.
    private func handOver(to upload: InstanceUpload) -> EventLoopFuture<Void> {
        let bytes = takePart()
        let previous = written
        let promise = eventLoop.makePromise(of: Void.self)
        previous.whenComplete { result in
            switch result {
            case .success: promise.completeWithTask { try await upload.append(bytes) }
            case .failure(let error): promise.fail(error)
            }
        }
        written = promise.futureResult
        return previous
    }

    private func takePart() -> [UInt8] {
        defer { part = [] }
        return part
    }
}
