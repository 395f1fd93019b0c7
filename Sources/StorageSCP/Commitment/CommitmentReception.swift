// SPDX-License-Identifier: Apache-2.0

import Commitment
import DICOMNetwork
import NIOCore

/// Receives the data set of one request for storage commitment on the association's event loop, and hands the request
/// over when it is complete.
///
/// Its references are held in memory, as far as the budget permits, until they are durable.
final class CommitmentReception: DataSetReceiver {
    /// The number of elements that are read in one turn: some hundred references.
    private static let workInATurn: UInt64 = 2048
    /// The first reservation of memory; each further one doubles it.
    private static let firstReservation = 64 << 10

    private enum State {
        case reading
        /// The rest of the data set is discarded as it arrives.
        case refused(CommitmentRequestProblem)
        case cancelled
    }

    private let association: Association
    private let commitments: any CommitmentService
    private let service: any CommitmentReceptionService
    private let eventLoop: any EventLoop
    private var state = State.reading
    private var reader: CommitmentRequestReader
    private let share: BufferShare
    private var reserved = 0

    init(
        request: NActionRequest, association: Association, limits: CommitmentRequestLimits, budget: BufferBudget,
        commitments: any CommitmentService, service: any CommitmentReceptionService, eventLoop: any EventLoop
    ) {
        self.association = association
        self.commitments = commitments
        self.service = service
        self.eventLoop = eventLoop
        reader = CommitmentRequestReader(transferSyntax: request.transferSyntax, limits: limits)
        let itself = WeakBox<CommitmentReception>()
        let onLoop = NIOLoopBound(itself, eventLoop: eventLoop)
        share = BufferShare(of: budget, for: MemoryShares.Peer(of: association)) {
            eventLoop.execute { onLoop.value.value?.evict() }
        }
        itself.value = self
    }

    func receive(_ fragment: ByteBuffer) -> Readiness {
        share.received(fragment, taking: read)
    }

    func finish() -> EventLoopFuture<OperationOutcome> {
        share.holder.senderIsAwaited(false)
        do throws(CommitmentRequestProblem) {
            guard case .reading = state else { throw problem }
            return take(try reader.finish())
        } catch {
            refuse(error)
            return eventLoop.makeSucceededFuture(OperationOutcome(error.answer))
        }
    }

    func cancel() {
        state = .cancelled
        unreserve()
    }

    // MARK: -

    /// `finish` is not called after `cancel`.
    private var problem: CommitmentRequestProblem {
        if case .refused(let problem) = state { problem } else { .memoryNeeded }
    }

    private func take(_ content: CommitmentRequestReader.Content) -> EventLoopFuture<OperationOutcome> {
        let request = CommitmentRequest(
            callingAETitle: association.callingAETitle, calledAETitle: association.calledAETitle,
            transactionUID: content.transactionUID, references: content.references)
        return eventLoop.makeFutureWithTask { [association, commitments, service, share] in
            // The references stay in memory until they are durable.
            defer { withExtendedLifetime(share) {} }
            let answer = await commitments.take(request)
            if answer.status != .success { service.refused(request, with: answer, on: association) }
            return OperationOutcome(answer)
        }
    }

    private func read(_ fragment: ByteBuffer) -> Readiness {
        guard case .reading = state else { return .now }
        var rest = fragment
        do throws(CommitmentRequestProblem) {
            guard try reader.feed(&rest, work: Self.workInATurn) == .paused else { return reserve() }
        } catch {
            refuse(error)
            return .now
        }
        return .after(
            reserve().future(on: eventLoop).and(service.nextTurn(on: eventLoop)).assumeIsolated()
                .flatMap { [rest] _ in self.read(rest).future(on: self.eventLoop) }.nonisolated())
    }

    /// Accounts for the references that were read: those of one turn at most are held before.
    private func reserve() -> Readiness {
        let missing = reader.bytesHeld - reserved
        guard missing > 0 else { return .now }
        let growth = max(missing, reserved, Self.firstReservation)
        reserved += growth
        return share.grow(by: growth, eventLoop: eventLoop)
    }

    /// Others wait for memory, and this sender is the slowest of those that hold some.
    private func evict() {
        guard case .reading = state, share.holder.progress.isAwaited else { return }
        refuse(.memoryNeeded)
    }

    private func refuse(_ problem: CommitmentRequestProblem) {
        if case .reading = state { service.refused(problem, on: association) }
        state = .refused(problem)
        unreserve()
    }

    private func unreserve() {
        reader = CommitmentRequestReader(transferSyntax: .implicitVRLittleEndian)
        if reserved > 0 { share.shrink(by: reserved) }
        reserved = 0
    }
}

/// What the reception asks of the receiver that it belongs to.
protocol CommitmentReceptionService: Sendable {
    /// See `Turns`.
    func nextTurn(on eventLoop: any EventLoop) -> EventLoopFuture<Void>

    func refused(_ problem: CommitmentRequestProblem, on association: Association)

    /// The data set of the request is right, but it is not taken.
    func refused(_ request: CommitmentRequest, with answer: CommitmentAnswer, on association: Association)
}

extension OperationOutcome {
    fileprivate init(_ answer: CommitmentAnswer) {
        self.init(status: answer.status, errorComment: answer.comment)
    }
}
