// SPDX-License-Identifier: Apache-2.0

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

/// The memory of uploads to S3 while others hold the whole budget.
@Suite("Upload memory", .timeLimit(.minutes(1)))
struct UploadMemoryTests {
    private let budget = BufferBudget(bytes: 2 * Chunk.size)
    private let eventLoop = MultiThreadedEventLoopGroup.singleton.next()
    private let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    /// A service whose S3 endpoint cannot be reached, so every request fails.
    private func service() throws -> TestReceptionService {
        let client = try AWSClient(
            environment: [
                "AWS_ENDPOINT_URL_S3": "http://127.0.0.1:9", "AWS_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "a",
                "AWS_SECRET_ACCESS_KEY": "b", "AWS_MAX_ATTEMPTS": "1",
            ], retryPolicy: .senderWaits, logger: logger)
        let s3 = S3Client(client: client)
        let documents = S3DocumentStore(s3: s3, bucket: "bucket")
        let store = S3InstanceStore(instances: s3, documents: documents, leases: documents, bucket: "bucket")
        return TestReceptionService(
            store: store, deliveries: Samples.deliveries(store: store, logger: logger), logger: logger)
    }

    @Test("The bytes held until the UIDs arrived are counted until the upload has taken them")
    func header() async throws {
        let service = try service()
        let (available, status) = try await eventLoop.flatSubmit { [budget, eventLoop] in
            do {
                let reception = try Samples.reception(
                    limits: ReceptionLimits(
                        maximumInstanceBytes: 1000, maximumElementDepth: 1, maximumHeaderBytes: 1 << 20),
                    budget: budget, service: service, eventLoop: eventLoop)
                let dataSet = Samples.dataSet()
                _ = reception.receive(ByteBuffer(bytes: dataSet.prefix(50)))
                let others = BufferShare(of: budget, for: Samples.peer)
                _ = others.grow(by: 3 * Chunk.size, eventLoop: eventLoop)
                let written = reception.receive(ByteBuffer(bytes: dataSet.dropFirst(50)))
                let available = budget.available
                others.shrink(by: 3 * Chunk.size)
                return written.future(on: eventLoop).assumeIsolated()
                    .flatMap { reception.finish() }.map { (available, $0.status) }.nonisolated()
            } catch {
                return eventLoop.makeFailedFuture(error)
            }
        }.get()
        // This reception holds one chunk, the others hold three.
        #expect(available == -2 * Chunk.size)
        #expect(status == .outOfResources)
        await eventually("the upload has given its memory back") { budget.available >= 2 * Chunk.size }
    }
}
