// SPDX-License-Identifier: Apache-2.0

import DICOM
import DICOMNetwork
import ImportPipeline
import Logging
import NIOCore
import NIOEmbedded
import Testing

@testable import StorageSCP

/// An upload, step by step.
@Suite("Instance upload")
struct InstanceUploadTests {
    private let eventLoop = EmbeddedEventLoop()
    private let executor = ManualExecutor()
    private let store = MemoryStore()
    private let uploads = UploadsInProgress()
    private let deliveries: Deliveries
    private let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    init() {
        deliveries = Samples.deliveries(store: store, spawn: TaskSpawner(executor: executor), logger: logger)
    }

    private func upload(_ content: [UInt8]) throws -> InstanceUpload {
        var reader = try InstanceHeaderReader(transferSyntax: .explicitVRLittleEndian)
        try reader.feed(Samples.dataSet())
        return try InstanceUpload(
            instance: try ReceivedInstance(header: reader.header, request: Samples.storeRequest(), mismatch: .refuse),
            beginning: ByteBuffer(bytes: content),
            sender: InstanceUpload.Sender(of: try Samples.association("a", peer: "127.0.0.1")),
            destination: InstanceUpload.Destination(
                store: store, deliveries: deliveries, uploads: uploads, counts: ReceiverCounts(), logger: logger),
            memory: BufferShare(of: BufferBudget(bytes: 1 << 20), for: Samples.peer), eventLoop: eventLoop)
    }

    private func run() {
        executor.run()
        eventLoop.run()
    }

    private var instances: [[UInt8]] { store.objects.filter { $0.key.hasSuffix(".dcm") }.map(\.value) }

    @Test("An instance is made durable first, then its delivery's marker, and then it is acknowledged")
    func order() throws {
        store.hold(prefix: BucketLayout.openMarkers)
        var status: DIMSEStatus?
        let finished = try upload([1]).finish()
        finished.assumeIsolated().whenSuccess { status = $0.status }
        run()
        #expect(instances == [[1]])
        #expect(store.heldKeys.count == 1 && status == nil)
        store.release()
        run()
        #expect(status == .success)
    }

    @Test("Two copies of an instance at the same time do not wait for each other and are both stored")
    func sideBySide() throws {
        let uploads = [try upload([1]), try upload([2])]
        let finished = uploads.reversed().map { $0.finish() }
        run()
        #expect(try finished.map { try $0.wait().status } == [.success, .success])
        #expect(instances.sorted { $0[0] < $1[0] } == [[1], [2]])
        #expect(deliveries.count == 2)
    }

    @Test("A discarded upload deletes no object, and its delivery does not take the instance again")
    func discarded() throws {
        try upload([1]).discard().wait()
        let again = try upload([2]).finish()
        run()
        #expect(try again.wait().status == .success)
        #expect(deliveries.count == 2)
        #expect(store.removed.isEmpty)
    }
}
