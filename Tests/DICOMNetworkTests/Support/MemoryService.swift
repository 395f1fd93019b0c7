// SPDX-License-Identifier: Apache-2.0

import DICOM
import DICOMNetwork
import NIOCore
import Synchronization

/// Answers as configured, keeps instances in memory, and reports ended associations in a stream.
final class MemoryService: AssociationService {
    struct Instance: Sendable {
        let request: CStoreRequest
        let dataSet: ByteBuffer
    }

    static let policy = AcceptancePolicy(
        implementationClassUID: "2.25.1", implementationVersionName: "TEST")

    /// The same with storage commitment.
    static let committingPolicy = AcceptancePolicy(
        supportsAbstractSyntax: {
            $0 == SOPClass.storageCommitmentPushModel || AcceptancePolicy.isStorageOrVerification($0)
        }, implementationClassUID: "2.25.1", implementationVersionName: "TEST")

    let summaries: AsyncStream<AssociationSummary>
    private let decision: AssociationDecision
    private let outcome: OperationOutcome
    private let summariesContinuation: AsyncStream<AssociationSummary>.Continuation
    private let stored = Mutex<[Instance]>([])

    init(
        decision: AssociationDecision = .accept(MemoryService.policy),
        outcome: OperationOutcome = OperationOutcome(status: .success)
    ) {
        self.decision = decision
        self.outcome = outcome
        (summaries, summariesContinuation) = AsyncStream.makeStream()
    }

    var instances: [Instance] { stored.withLock { $0 } }

    func decide(
        on request: AAssociateRQ, from peer: SocketAddress?, eventLoop: any EventLoop
    ) -> EventLoopFuture<AssociationDecision> {
        eventLoop.makeSucceededFuture(decision)
    }

    func admit(_ association: Association) -> AssociationRejection? { nil }

    func instanceBegins(
        _ request: CStoreRequest, on association: Association, eventLoop: any EventLoop
    ) -> RequestDecision {
        .receive(
            MemoryReceiver(request: request, eventLoop: eventLoop) { dataSet in
                self.stored.withLock { $0.append(Instance(request: request, dataSet: dataSet)) }
                return self.outcome
            })
    }

    func nextTurn(on eventLoop: any EventLoop) -> EventLoopFuture<Void> { eventLoop.makeSucceededVoidFuture() }

    func requestRefused(_ refusal: RequestRefusal, on association: Association) {}

    func associationEnded(_ summary: AssociationSummary) {
        summariesContinuation.yield(summary)
    }
}
