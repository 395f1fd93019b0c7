import AWS
import DICOM
import DICOMNetwork
import Eventually
import ImportPipeline
import Logging
import NIOCore
import NIOPosix
import Testing

@testable import StorageSCP

/// What uploads into S3 do while others hold all memory.
@Suite(.timeLimit(.minutes(1))) struct UploadMemoryTests {
    private let budget = BufferBudget(bytes: 2 * Chunk.size)
    private let eventLoop = MultiThreadedEventLoopGroup.singleton.next()
    private let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    /// An S3 that cannot be reached: what comes to its request fails.
    private func destination() throws -> InstanceUpload.Destination {
        let client = try AWSClient(
            environment: [
                "AWS_ENDPOINT_URL_S3": "http://127.0.0.1:9", "AWS_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "a",
                "AWS_SECRET_ACCESS_KEY": "b", "AWS_MAX_ATTEMPTS": "1",
            ], retryPolicy: .senderWaits, logger: logger)
        let s3 = S3Client(client: client)
        let documents = S3DocumentStore(s3: s3, bucket: "bucket")
        let store = S3InstanceStore(instances: s3, documents: documents, leases: documents, bucket: "bucket")
        return InstanceUpload.Destination(
            store: store, deliveries: Samples.deliveries(store: store, logger: logger), uploads: UploadsInProgress(),
            counts: ReceiverCounts(), logger: logger)
    }

    @Test("What was held until the UIDs had come is counted until the upload has taken it")
    func header() async throws {
        let destination = try destination()
        let (available, status) = try await eventLoop.flatSubmit { [budget, eventLoop] in
            do {
                let reception = try InstanceReception(
                    request: Samples.storeRequest(), fileMetaInformation: Samples.fileMetaInformation(),
                    limits: ReceptionLimits(
                        maximumInstanceBytes: 1000, maximumElementDepth: 1, maximumHeaderBytes: 1 << 20),
                    surroundings: Samples.surroundings(budget: budget, eventLoop: eventLoop),
                    makeUpload: { (instance, beginning, share) throws(InstanceProblem) in
                        try InstanceUpload(
                            instance: instance, beginning: beginning, sender: Samples.sender,
                            destination: destination, memory: share,
                            eventLoop: eventLoop)
                    })
                let dataSet = Samples.dataSet()
                _ = reception.receive(ByteBuffer(bytes: dataSet.prefix(50)))
                let others = BufferShare(of: budget, for: Samples.peer)
                _ = others.grow(by: 3 * Chunk.size, eventLoop: eventLoop)
                let written = reception.receive(ByteBuffer(bytes: dataSet.dropFirst(50)))
                let available = budget.available
                others.shrink(by: 3 * Chunk.size)
                return (written ?? eventLoop.makeSucceededVoidFuture()).assumeIsolated()
                    .flatMap { reception.finish() }.map { (available, $0.status) }.nonisolated()
            } catch {
                return eventLoop.makeFailedFuture(error)
            }
        }.get()
        // One chunk is this reception's, three are the others'.
        #expect(available == -2 * Chunk.size)
        #expect(status == .outOfResources)
        await eventually("the upload has given its memory back") { budget.available >= 2 * Chunk.size }
    }
}
