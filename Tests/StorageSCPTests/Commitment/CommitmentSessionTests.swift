// SPDX-License-Identifier: Apache-2.0

import Commitment
import DICOMNetwork
import Eventually
import Testing

@testable import StorageSCP

/// Plays each session of `Session.commitment` against the receiver's own service on a socket.
@Suite("Sessions for storage commitment")
struct CommitmentSessionTests {
    @Test("Each request gets its status, and nothing is held afterwards", arguments: Session.commitment)
    func reactions(_ session: Session) async throws {
        let commitments = TestCommitments()
        let receiver = try await SessionReceiver.start(
            settings: session.settings, commitments: commitments,
            commitmentLimits: CommitmentRequestLimits(maximumReferences: Session.maximumReferences))
        let reactions = try await SessionTests.react(to: session, port: receiver.port)
        #expect(reactions == session.steps.flatMap(\.reactions))
        #expect(commitments.requests.count == reactions.count { $0 == .acted(0) })
        try await receiver.waitUntilIdle()
        await eventually("the association's reporter has ended") { commitments.endedReporters == 1 }
        #expect(try receiver.storedDataSets().isEmpty)
        await receiver.stop()
    }

    @Test("At least 40 sessions are malformed, and all titles differ")
    func count() {
        let malformed = Session.commitment.filter { $0.steps.last?.reactions != [.acted(0)] }
        #expect(malformed.count >= 40)
        #expect(Set(Session.commitment.map(\.title)).count == Session.commitment.count)
    }

    @Test("The answer of the application is the response, and a refusal does not end the association")
    func answer() async throws {
        let receiver = try await SessionReceiver.start(
            settings: [:],
            commitments: TestCommitments(CommitmentAnswer(DIMSEStatus(rawValue: 0x0131), comment: "used")))
        var session = try #require(Session.commitment.last)
        session.steps[1] = Session.Step(bytes: session.steps[1].bytes, reactions: [.acted(0x0131)])
        session.steps.append(Session.Step(bytes: Wire.data(Wire.pdv(1, 3, Wire.echo)), reactions: [.echoed]))
        let reactions = try await SessionTests.react(to: session, port: receiver.port)
        #expect(reactions == session.steps.flatMap(\.reactions))
        await receiver.stop()
    }

    @Test("Without storage commitment the context is refused, and N-ACTION on another is not recognized")
    func off() async throws {
        let receiver = try await SessionReceiver.start(settings: [:])
        let session = Session.asking(
            "the context is refused", Wire.commitmentRequest, .accept([1: 0, 3: 0, 5: 3, 7: 3, 9: 3]))
        #expect(
            try await SessionTests.react(to: session, port: receiver.port) == session.steps.flatMap(\.reactions))
        await receiver.stop()
    }

    @Test(
        "A peer that the rules do not permit to store, or permit other classes, cannot ask for commitment",
        arguments: [
            (#"[{"callingAETitle": "RAW", "rights": ["verify"]}]"#, [1: 0, 3: 1, 5: 3, 7: 1, 9: 1] as [UInt8: UInt8]),
            (
                #"[{"callingAETitle": "RAW", "sopClassUIDs": ["1.2.840.10008.5.1.4.1.1.2"]}]"#,
                [1: 0, 3: 0, 5: 3, 7: 1, 9: 1]
            ),
            (
                #"[{"callingAETitle": "RAW", "sopClassUIDs": ["1.2.840.10008.1.20.1"]}]"#,
                [1: 0, 3: 1, 5: 3, 7: 0, 9: 0]
            ),
        ])
    func rules(_ rules: String, results: [UInt8: UInt8]) async throws {
        let receiver = try await SessionReceiver.start(
            settings: ["ACCESS_RULES": rules], commitments: TestCommitments())
        let session = Session.asking("rules", Wire.commitmentRequest, .accept(results))
        #expect(try await SessionTests.react(to: session, port: receiver.port) == [.accept(results)])
        await receiver.stop()
    }
}
