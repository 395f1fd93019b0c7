import DICOMNetwork
import FoundationEssentials
import Logging
import NIOCore
import NIOPosix
import Testing

@testable import StoreSCP

/// Malformed and edge sessions, against the receiver's own service on a socket, storing into a folder.
@Suite("Sessions")
struct SessionTests {
    @Test("Association negotiation", arguments: Session.negotiation)
    func negotiation(_ session: Session) async throws { try await check(session) }

    @Test("Who may open an association", arguments: Session.access)
    func access(_ session: Session) async throws { try await check(session) }

    @Test("PDUs in the wrong place", arguments: Session.protocolErrors)
    func protocolErrors(_ session: Session) async throws { try await check(session) }

    @Test("P-DATA-TF", arguments: Session.presentationData)
    func presentationData(_ session: Session) async throws { try await check(session) }

    @Test("Messages and their fragments", arguments: Session.messages)
    func messages(_ session: Session) async throws { try await check(session) }

    @Test("Command sets", arguments: Session.commandSets)
    func commandSets(_ session: Session) async throws { try await check(session) }

    @Test("Data sets", arguments: Session.dataSets)
    func dataSets(_ session: Session) async throws { try await check(session) }

    @Test("Silence", arguments: Session.silence)
    func silence(_ session: Session) async throws { try await check(session) }

    @Test("There are at least 150 sessions, and no two are alike")
    func count() {
        let all = [
            Session.negotiation, Session.access, Session.protocolErrors, Session.presentationData, Session.messages,
            Session.commandSets, Session.dataSets, Session.silence,
        ].flatMap { $0 }
        #expect(all.count >= 150)
        #expect(Set(all.map(\.title)).count == all.count)
        #expect(Set(all.map { $0.steps.map(\.bytes) }).count >= all.count - 20)
    }

    @Test(
        "One association too many is rejected for the time being, and let in when there is room",
        arguments: [
            ["MAXIMUM_ASSOCIATIONS": "1"], ["MAXIMUM_ASSOCIATIONS_PER_PEER": "1"],
            ["ACCESS_RULES": #"[{"callingAETitle": "RAW", "maximumAssociations": 1}]"#],
        ])
    func tooMany(_ settings: [String: String]) async throws {
        let receiver = try await SessionReceiver.start(settings: settings)
        let port = receiver.port
        let answers = try await RawPeer.run(port: port) { first in
            try first.write(Wire.request)
            var answers = [try first.readPDU()]
            let second = try RawPeer(port: port)
            defer { second.close() }
            try second.write(Wire.request)
            answers.append(try second.readPDU())
            try first.write(Wire.releaseRQ)
            answers.append(try first.readPDU())
            return answers.compactMap { $0 }
        }
        #expect(answers.map(\.first) == [2, 3, 6])
        // PS3.8 Table 9-21: transient, the provider's presentation, local limit exceeded.
        #expect(answers[1] == Wire.pdu(3, [0, 2, 3, 2]))
        try await receiver.waitUntilIdle()
        let next = Session.asking("the next", Wire.request, .usual)
        #expect(try await Self.react(to: next, port: port) == [.usual])
        await receiver.stop()
    }

    @Test("Connections that ask for nothing are bounded too: one too many is closed")
    func tooManyConnections() async throws {
        let receiver = try await SessionReceiver.start(
            settings: ["MAXIMUM_ASSOCIATIONS": "1", "MAXIMUM_PENDING_CONNECTIONS": "1"])
        let port = receiver.port
        let answers = try await RawPeer.run(port: port) { first in
            try first.write(Wire.request)
            let accepted = try first.readPDU()
            let second = try RawPeer(port: port)
            defer { second.close() }
            // Aborted, and not closed by the peer: it still counts.
            try second.write([8])
            let aborted = try second.readPDU()
            let third = try RawPeer(port: port)
            defer { third.close() }
            try third.write(Wire.request)
            return [accepted?.first, aborted?.first, try third.readPDU()?.first]
        }
        #expect(answers == [2, 7, nil])
        try await receiver.waitUntilIdle()
        await receiver.stop()
    }

    /// Runs a session; the receiver must react as it says, hold nothing afterwards, and go on serving.
    private func check(_ session: Session) async throws {
        let receiver = try await SessionReceiver.start(settings: session.settings)
        let reactions = try await Self.react(to: session, port: receiver.port)
        #expect(reactions == session.steps.flatMap(\.reactions))
        try await receiver.waitUntilIdle()
        #expect(try receiver.storedDataSets() == session.stored.map { $0 })

        let next = Session.Step(
            bytes: Wire.request + Wire.data(Wire.pdv(1, 3, Wire.echo)), reactions: [.usual, .echoed])
        if session.settings.isEmpty {
            let served = try await Self.react(to: Session(title: "the next", steps: [next]), port: receiver.port)
            #expect(served == next.reactions)
        }
        await receiver.stop()
    }

    private static func react(to session: Session, port: Int) async throws -> [Session.Reaction] {
        try await RawPeer.run(port: port) { peer in
            var reader = ReactionReader()
            var reactions: [Session.Reaction] = []
            var expected = 0
            for step in session.steps {
                try peer.write(step.bytes, pieces: step.pieces)
                expected += step.reactions.count
                while reactions.count < expected, let pdu = try peer.readPDU() { reactions += try reader.read(pdu) }
            }
            peer.endWriting()
            while let pdu = try peer.readPDU() { reactions += try reader.read(pdu) }
            return reactions
        }
    }
}
