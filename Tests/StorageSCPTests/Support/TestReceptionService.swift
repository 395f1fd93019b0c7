// SPDX-License-Identifier: Apache-2.0

import DICOM
import DICOMNetwork
import Logging
import NIOCore
import Synchronization

@testable import StorageSCP

/// Answers receptions as a test needs it, and records what they report.
final class TestReceptionService: ReceptionService {
    private struct State {
        var problems: [InstanceProblem] = []
        var endings: [DataSetWalk.Ending] = []
        var discardingRoutes: [String] = []
        var turns: [EventLoopPromise<Void>] = []
    }

    private let destination: InstanceUpload.Destination
    private let holdsTurns: Bool
    private let evictions: Int
    private let state = Mutex(State())

    /// With `holdsTurns` a turn begins when the test completes its promise, otherwise at once.
    init(
        store: any InstanceStore, deliveries: Deliveries, logger: Logger, holdsTurns: Bool = false, evictions: Int = 1
    ) {
        destination = InstanceUpload.Destination(
            store: store, deliveries: deliveries, uploads: UploadsInProgress(), counts: ReceiverCounts(),
            logger: logger)
        self.holdsTurns = holdsTurns
        self.evictions = evictions
    }

    /// Why instances were refused.
    var problems: [InstanceProblem] { state.withLock { $0.problems } }
    /// The routes that discarded instances.
    var discardingRoutes: [String] { state.withLock { $0.discardingRoutes } }
    /// How data sets ended whose instances were stored nevertheless.
    var endings: [DataSetWalk.Ending] { state.withLock { $0.endings } }
    /// The turns that were asked for, in order.
    var turns: [EventLoopPromise<Void>] { state.withLock { $0.turns } }

    func nextTurn(on eventLoop: any EventLoop) -> EventLoopFuture<Void> {
        guard holdsTurns else { return eventLoop.makeSucceededVoidFuture() }
        let promise = eventLoop.makePromise(of: Void.self)
        state.withLock { $0.turns.append(promise) }
        return promise.futureResult
    }

    func upload(
        _ instance: ReceivedInstance, to destination: DeliveryDestination, beginning: ByteBuffer, memory: BufferShare,
        of request: CStoreRequest, on association: Association, eventLoop: any EventLoop
    ) throws(InstanceProblem) -> InstanceUpload {
        try InstanceUpload(
            instance: instance, beginning: beginning,
            sender: InstanceUpload.Sender(of: association, to: destination), destination: self.destination,
            memory: memory, eventLoop: eventLoop)
    }

    func refused(_ request: CStoreRequest, because problem: InstanceProblem, on association: Association) {
        state.withLock { $0.problems.append(problem) }
    }

    func discarded(_ request: CStoreRequest, by route: String, on association: Association) {
        state.withLock { $0.discardingRoutes.append(route) }
    }

    func takes(_ request: CStoreRequest, despite ending: DataSetWalk.Ending, on association: Association) {
        state.withLock { $0.endings.append(ending) }
    }

    func countEviction(of association: Association) -> Int { evictions }
}
