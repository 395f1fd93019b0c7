// SPDX-License-Identifier: Apache-2.0

import Commitment
import DICOM
import DICOMNetwork
import Eventually
import NIOCore
import NIOEmbedded
import Synchronization
import Testing

@testable import StorageSCP

@Suite("Reception of requests for storage commitment")
struct CommitmentReceptionTests {
    private final class Service: CommitmentReceptionService {
        private let recorded = Mutex<[CommitmentRequestProblem]>([])
        private let answered = Mutex<[DIMSEStatus]>([])

        var problems: [CommitmentRequestProblem] { recorded.withLock { $0 } }
        /// The statuses of requests that were refused although their data sets were right.
        var answers: [DIMSEStatus] { answered.withLock { $0 } }

        func nextTurn(on eventLoop: any EventLoop) -> EventLoopFuture<Void> { eventLoop.makeSucceededVoidFuture() }

        func refused(_ problem: CommitmentRequestProblem, on association: Association) {
            recorded.withLock { $0.append(problem) }
        }

        func refused(_ request: CommitmentRequest, with answer: CommitmentAnswer, on association: Association) {
            answered.withLock { $0.append(answer.status) }
        }
    }

    private let service = Service()
    private let commitments = TestCommitments()
    private let eventLoop = EmbeddedEventLoop()

    private func reception(
        _ budget: BufferBudget, limits: CommitmentRequestLimits = CommitmentRequestLimits(),
        commitments: TestCommitments? = nil
    ) throws -> CommitmentReception {
        CommitmentReception(
            request: NActionRequest(
                messageID: 1, requestedSOPClassUID: try UID(SOPClass.storageCommitmentPushModel),
                requestedSOPInstanceUID: try UID(SOPClass.storageCommitmentPushModelInstance), actionTypeID: 1,
                presentationContextID: 1, transferSyntax: .explicitVRLittleEndian),
            association: try Samples.association("a", peer: "127.0.0.1"), limits: limits, budget: budget,
            commitments: commitments ?? self.commitments, service: service, eventLoop: eventLoop)
    }

    static func request(_ count: Int) -> [UInt8] {
        Wire.transaction() + Wire.sequence((0..<count).flatMap { Wire.sequenceItem(Wire.reference("2.25.\($0)")) })
    }

    private func feed(_ reception: CommitmentReception, _ bytes: [UInt8]) {
        for start in stride(from: 0, to: bytes.count, by: 16384) {
            _ = reception.receive(ByteBuffer(bytes: bytes[start...].prefix(16384)))
        }
    }

    @Test("References take memory of the budget while they are read, which is given back")
    func memory() throws {
        let budget = BufferBudget(bytes: 64 << 20)
        var reception: CommitmentReception? = try reception(budget)
        feed(try #require(reception), Self.request(4_000))
        let taken = 64 << 20 - budget.available
        #expect(taken >= 4_000 * 300)
        #expect(taken <= 8 << 20)
        reception?.cancel()
        #expect(budget.available == 64 << 20)
        reception = nil
        #expect(budget.available == 64 << 20)
    }

    @Test("A request that is refused gives its memory back before its end, and gets its status at the end")
    func refused() throws {
        let budget = BufferBudget(bytes: 64 << 20)
        let reception = try reception(budget, limits: CommitmentRequestLimits(maximumReferences: 4_000))
        feed(reception, Self.request(4_001))
        #expect(budget.available == 64 << 20)
        #expect(service.problems == [.tooManyReferences(maximum: 4_000)])
        #expect(try reception.finish().wait().status == .resourceLimitation)
        #expect(service.problems.count == 1)
        #expect(commitments.requests.isEmpty)
    }

    @Test("A request that is not taken is told to the service, which logs it", arguments: [true, false])
    func notTaken(isTaken: Bool) async throws {
        let refusing = TestCommitments(CommitmentAnswer(isTaken ? .success : .resourceLimitation, comment: "why"))
        let reception = try reception(BufferBudget(bytes: 64 << 20), commitments: refusing)
        feed(reception, Self.request(1))
        let outcome = reception.finish()
        await eventually("the request is answered") {
            eventLoop.run()
            return refusing.requests.count == 1
        }
        await eventually("the service is told") { isTaken || service.answers == [.resourceLimitation] }
        _ = outcome
        #expect(service.problems.isEmpty)
    }

    @Test("A request waits for memory that others hold")
    func waits() throws {
        let budget = BufferBudget(bytes: 1 << 20)
        let other = BufferShare(of: budget, for: MemoryShares.Peer(address: "127.0.0.2", callingAETitle: "MR1"))
        guard case .now = other.grow(by: 1 << 20 - 1024, eventLoop: eventLoop) else {
            Issue.record("the other could not take the memory")
            return
        }
        let second = try reception(budget)
        feed(second, Self.request(100))
        let third = try reception(budget)
        let readiness = third.receive(ByteBuffer(bytes: Self.request(100)))
        guard case .after(let granted) = readiness else {
            Issue.record("the memory was granted although there is none")
            return
        }
        var isGranted = false
        granted.assumeIsolated().whenComplete { _ in isGranted = true }
        #expect(!isGranted)
        other.shrink(by: 1 << 20 - 1024)
        second.cancel()
        eventLoop.run()
        #expect(isGranted)
        third.cancel()
    }
}
