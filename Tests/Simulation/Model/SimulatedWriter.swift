// SPDX-License-Identifier: Apache-2.0

import DICOMNetwork
import Digests
import NIOCore
import StorageSCP

/// Sends one PUT for each instance, when the instance is complete.
final class SimulatedWriter: InstanceWriter {
    private let store: SimulatedStore
    private let key: String
    private let eventLoop: any EventLoop
    private var bytes: ByteBuffer

    init(store: SimulatedStore, key: String, beginning: ByteBuffer, eventLoop: any EventLoop) {
        self.store = store
        self.key = key
        self.eventLoop = eventLoop
        bytes = beginning
    }

    func write(_ bytes: ByteBuffer) -> Readiness {
        self.bytes.writeImmutableBuffer(bytes)
        return .now
    }

    func finish(_ checksum: CRC32) -> Readiness {
        let promise = eventLoop.makePromise(of: Void.self)
        store.finish(Array(bytes.readableBytesView), key: key, promise: promise)
        return .after(promise.futureResult)
    }

    func discard() -> EventLoopFuture<Void> { eventLoop.makeSucceededVoidFuture() }
}
