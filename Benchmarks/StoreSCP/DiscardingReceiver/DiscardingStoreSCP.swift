// SPDX-License-Identifier: Apache-2.0

import DICOMNetwork
import Digests
import NIOCore
import StorageSCP

/// The receiver without its store, which shows the cost of the network and the protocol alone.
@main
struct DiscardingStoreSCP {
    static func main() async {
        await ReceiverProcess().run { _, _, _ in DiscardingStore() }
    }
}

/// Stores nothing.
private struct DiscardingStore: InstanceStore {
    func writer(
        for key: String, beginning: ByteBuffer, memory: BufferShare, eventLoop: any EventLoop
    ) -> any InstanceWriter {
        Writer(eventLoop: eventLoop)
    }

    func putDocument(_ body: [UInt8], key: String) async throws {}

    func createDocument(_ body: [UInt8], key: String) async throws -> Bool { true }

    func document(key: String) async throws -> [UInt8]? { nil }

    func removeDocument(key: String) async throws {}

    private final class Writer: InstanceWriter {
        private let eventLoop: any EventLoop

        init(eventLoop: any EventLoop) {
            self.eventLoop = eventLoop
        }

        func write(_ bytes: ByteBuffer) -> Readiness { .now }

        func finish(_ checksum: CRC32) -> Readiness { .now }

        func discard() -> EventLoopFuture<Void> { eventLoop.makeSucceededVoidFuture() }
    }
}
