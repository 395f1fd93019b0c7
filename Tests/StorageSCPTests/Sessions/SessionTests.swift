// SPDX-License-Identifier: Apache-2.0

import DICOMNetwork
import FoundationEssentials
import Logging
import NIOCore
import NIOPosix
import Testing

@testable import StorageSCP

/// Plays each session against the receiver's own service on a socket, which stores into a folder.
@Suite("Sessions")
struct SessionTests {
    static let sessions: [Session] = [
        Session.negotiation, Session.access, Session.routes, Session.protocolErrors, Session.presentationData,
        Session.messages,
        Session.commandSets, Session.dataSets, Session.silence, Session.halfClosure,
    ].flatMap { $0 }

    @Test(
        "The receiver answers as the standard requires, holds nothing afterwards and serves the next peer",
        arguments: sessions)
    func reactions(_ session: Session) async throws {
        let receiver = try await SessionReceiver.start(settings: session.settings)
        let reactions = try await Self.react(to: session, port: receiver.port)
        #expect(reactions == session.steps.flatMap(\.reactions))
        try await receiver.waitUntilIdle()
        #expect(try receiver.storedDataSets() == session.stored)

        let next = Session.Step(
            bytes: Wire.request + Wire.data(Wire.pdv(1, 3, Wire.echo)), reactions: [.usual, .echoed])
        if session.settings.isEmpty {
            let served = try await Self.react(to: Session(title: "the next", steps: [next]), port: receiver.port)
            #expect(served == next.reactions)
        }
        await receiver.stop()
    }

    @Test("There are at least 150 sessions, and all titles differ")
    func count() {
        #expect(Self.sessions.count >= 150)
        #expect(Set(Self.sessions.map(\.title)).count == Self.sessions.count)
    }

    @Test(
        "An association above the limit is rejected as transient, and accepted when another has ended",
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

    @Test("Connections without an association are limited too: one too many closes the oldest")
    func tooManyConnections() async throws {
        let receiver = try await SessionReceiver.start(
            settings: ["MAXIMUM_ASSOCIATIONS": "1", "MAXIMUM_PENDING_CONNECTIONS": "1"])
        let port = receiver.port
        let answers = try await RawPeer.run(port: port) { first in
            try first.write(Wire.request)
            let accepted = try first.readPDU()
            let second = try RawPeer(port: port)
            defer { second.close() }
            // It is aborted, but the peer does not close it: it still counts.
            try second.write([8])
            let aborted = try second.readPDU()
            let third = try RawPeer(port: port)
            defer { third.close() }
            try third.write(Wire.request)
            return [
                accepted?.first, aborted?.first, try third.readPDU()?.first, try second.readPDU()?.first,
            ]
        }
        // The third is rejected, since the association limit is reached; the connection of the second is closed.
        #expect(answers == [2, 7, 3, nil])
        try await receiver.waitUntilIdle()
        await receiver.stop()
    }

    static func react(to session: Session, port: Int) async throws -> [Session.Reaction] {
        try await RawPeer.run(port: port) { peer in
            var reader = ReactionReader()
            var reactions: [Session.Reaction] = []
            var expected = 0
            for (index, step) in session.steps.enumerated() {
                try peer.write(step.bytes, pieces: step.pieces)
                if session.endsBeforeAnswers, index == session.steps.count - 1 { peer.endWriting() }
                expected += step.reactions.count
                while reactions.count < expected, let pdu = try peer.readPDU() { reactions += try reader.read(pdu) }
            }
            peer.endWriting()
            while let pdu = try peer.readPDU() { reactions += try reader.read(pdu) }
            return reactions
        }
    }
}
