// SPDX-License-Identifier: Apache-2.0

import DICOM
import DICOMNetwork
import NIOCore
import NIOPosix
import Synchronization

/// A receiver on 127.0.0.1 that keeps data sets in memory, and can be told to misbehave.
final class MemoryPeer: AssociationService {
    /// What happens to an instance.
    enum Behaviour: Sendable {
        case answer(DIMSEStatus)
        /// We abort as soon as its data set begins.
        case abort
    }

    struct Instance: Sendable {
        let sopInstanceUID: String
        let transferSyntaxUID: String
        let dataSet: [UInt8]
    }

    private struct State {
        var instances: [Instance] = []
        var requests: [AAssociateRQ] = []
        var open = 0
        var most = 0
    }

    private let state = Mutex(State())
    private let policy: AcceptancePolicy
    private let rejection: (@Sendable (Int) -> AAssociateRJ?)?
    /// By the number of the instance, from 1.
    private let behaviour: @Sendable (Int) -> Behaviour
    private let count = Mutex(0)

    init(
        maximumLength: UInt32 = 16384, supports: @escaping @Sendable (String) -> Bool = { _ in true },
        rejecting rejection: (@Sendable (Int) -> AAssociateRJ?)? = nil,
        behaviour: @escaping @Sendable (Int) -> Behaviour = { _ in .answer(.success) }
    ) {
        policy = AcceptancePolicy(
            supportsAbstractSyntax: supports, maximumLength: maximumLength, implementationClassUID: "2.25.1",
            implementationVersionName: "TEST")
        self.rejection = rejection
        self.behaviour = behaviour
    }

    var instances: [Instance] { state.withLock { $0.instances } }
    var requests: [AAssociateRQ] { state.withLock { $0.requests } }
    /// Associations that were open at the same time.
    var mostAssociations: Int { state.withLock { $0.most } }

    /// The peer's port is served until the body returns.
    func serve<Value>(_ body: (Int) async throws -> Value) async throws -> Value {
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelOption(.socketOption(.tcp_nodelay), value: 1)
            .childChannelInitializer { AssociationHandler.addHandlers(to: $0, service: self) }
            .bind(host: "127.0.0.1", port: 0).get()
        let result: Result<Value, any Error>
        do {
            result = .success(try await body(channel.localAddress?.port ?? 0))
        } catch {
            result = .failure(error)
        }
        try await channel.close().get()
        return try result.get()
    }

    // MARK: AssociationService

    func decide(
        on request: AAssociateRQ, from peer: SocketAddress?, eventLoop: any EventLoop
    ) -> EventLoopFuture<AssociationDecision> {
        let number = state.withLock { state in
            state.requests.append(request)
            return state.requests.count
        }
        if let rejection, let answer = rejection(number) {
            return eventLoop.makeSucceededFuture(.reject(AssociationRejection(answer, reason: "test")))
        }
        return eventLoop.makeSucceededFuture(.accept(policy))
    }

    func admit(_ association: Association) -> AssociationRejection? {
        state.withLock { state in
            state.open += 1
            state.most = max(state.most, state.open)
        }
        return nil
    }

    func instanceBegins(
        _ request: CStoreRequest, on association: Association, eventLoop: any EventLoop
    ) -> RequestDecision {
        let number = count.withLock { count in
            count += 1
            return count
        }
        return .receive(
            Receiver(peer: self, request: request, behaviour: behaviour(number), eventLoop: eventLoop))
    }

    func nextTurn(on eventLoop: any EventLoop) -> EventLoopFuture<Void> { eventLoop.makeSucceededVoidFuture() }

    func requestRefused(_ refusal: RequestRefusal, on association: Association) {}

    func associationEnded(_ summary: AssociationSummary) {
        if summary.association != nil { state.withLock { $0.open -= 1 } }
    }

    private func store(_ instance: Instance) {
        state.withLock { $0.instances.append(instance) }
    }

    private final class Receiver: DataSetReceiver {
        private let peer: MemoryPeer
        private let request: CStoreRequest
        private let behaviour: Behaviour
        private let eventLoop: any EventLoop
        private var dataSet = ByteBuffer()

        init(peer: MemoryPeer, request: CStoreRequest, behaviour: Behaviour, eventLoop: any EventLoop) {
            self.peer = peer
            self.request = request
            self.behaviour = behaviour
            self.eventLoop = eventLoop
        }

        func receive(_ fragment: ByteBuffer) -> Readiness {
            if case .abort = behaviour { return .after(eventLoop.makeFailedFuture(PeerNotWanted())) }
            dataSet.writeImmutableBuffer(fragment)
            return .now
        }

        func finish() -> EventLoopFuture<OperationOutcome> {
            guard case .answer(let status) = behaviour else {
                return eventLoop.makeSucceededFuture(OperationOutcome(status: .cannotUnderstand))
            }
            if status.isStored {
                peer.store(
                    Instance(
                        sopInstanceUID: request.affectedSOPInstanceUID.value,
                        transferSyntaxUID: request.transferSyntax.uid, dataSet: Array(dataSet.readableBytesView)))
            }
            return eventLoop.makeSucceededFuture(OperationOutcome(status: status))
        }

        func cancel() {}
    }
}
