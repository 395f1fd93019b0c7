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

    private var headerReader: InstanceHeaderReader
    /// Begins with the file meta information: what is stored is a Part 10 file.
    private var part: [UInt8]
    private let fileMetaInformationLength: Int
    private var upload: InstanceUpload?
    private var problem: InstanceProblem?
    /// Done when every part that was handed over is written.
    private var written: EventLoopFuture<Void>
    private var isWriting = false

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
        guard problem == nil else { return nil }
        part.append(contentsOf: fragment.readableBytesView)
        readHeader(fragment)
        guard let upload, part.count >= partSize else { return nil }
        return handOver(to: upload)
    }

    func finish() -> EventLoopFuture<StoreOutcome> {
        finishHeader()
        guard problem == nil, let upload else {
            cancel()
            let outcome = problem?.outcome ?? InstanceProblem.unreadable(.truncated(after: 0)).outcome
            return eventLoop.makeSucceededFuture(outcome)
        }
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

    func cancel() {
        part = []
        guard let upload else { return }
        written.whenComplete { _ in
            Task { await upload.discard() }
        }
    }

    // MARK: -

    private func readHeader(_ fragment: ByteBuffer) {
        guard upload == nil else { return }
        do {
            if try headerReader.feed(fragment) == .complete { try begin() }
        } catch {
            fail(error)
        }
    }

    /// A data set may end before anything stands behind its UIDs.
    private func finishHeader() {
        guard upload == nil, problem == nil else { return }
        do {
            try headerReader.finish()
            try begin()
        } catch {
            fail(error)
        }
    }

    private func begin() throws(InstanceProblem) {
        upload = makeUpload(try ReceivedInstance(header: headerReader.header, request: request))
    }

    private func fail(_ error: any Error) {
        switch error {
        case let error as InstanceProblem: problem = error
        case let error as DataSetError:
            let dataSet = part.dropFirst(fileMetaInformationLength)
            problem = FileMetaInformation.looksLikePart10Prefix(dataSet) ? .part10File : .unreadable(error)
        default: problem = .unreadable(.truncated(after: headerReader.bytesConsumed))
        }
        part = []
    }

    /// Writes the part after the one before it; the future says when the next may fill.
    private func handOver(to upload: InstanceUpload) -> EventLoopFuture<Void>? {
        let bytes = takePart()
        let previous = written
        let waits = isWriting
        isWriting = true
        let promise = eventLoop.makePromise(of: Void.self)
        previous.whenComplete { result in
            switch result {
            case .success: promise.completeWithTask { try await upload.append(bytes) }
            case .failure(let error): promise.fail(error)
            }
        }
        written = promise.futureResult
        return waits ? previous : nil
    }

    private func takePart() -> [UInt8] {
        let bytes = part
        part = []
        part.reserveCapacity(0)
        return bytes
    }
}
