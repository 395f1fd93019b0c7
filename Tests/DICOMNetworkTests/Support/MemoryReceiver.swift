// SPDX-License-Identifier: Apache-2.0

import DICOMNetwork
import NIOCore

/// Keeps one data set in memory. Each fragment can be answered with a future, like a slow store.
final class MemoryReceiver: DataSetReceiver {
    enum Event: Hashable {
        case fragment([UInt8])
        case finished
        case cancelled
    }

    /// `nil` if it is not a C-STORE.
    let request: CStoreRequest?
    private(set) var events: [Event] = []
    private(set) var dataSet = ByteBuffer()
    private let eventLoop: any EventLoop
    private let onFinish: (ByteBuffer) -> OperationOutcome
    var delivery: EventLoopPromise<Void>?
    var outcome: EventLoopPromise<OperationOutcome>?

    init(
        request: CStoreRequest? = nil, eventLoop: any EventLoop,
        onFinish: @escaping (ByteBuffer) -> OperationOutcome = { _ in OperationOutcome(status: .success) }
    ) {
        self.request = request
        self.eventLoop = eventLoop
        self.onFinish = onFinish
    }

    func receive(_ fragment: ByteBuffer) -> Readiness {
        events.append(.fragment(Array(fragment.readableBytesView)))
        dataSet.writeImmutableBuffer(fragment)
        return delivery.map { .after($0.futureResult) } ?? .now
    }

    func finish() -> EventLoopFuture<OperationOutcome> {
        events.append(.finished)
        return outcome?.futureResult ?? eventLoop.makeSucceededFuture(onFinish(dataSet))
    }

    func cancel() {
        events.append(.cancelled)
    }
}
