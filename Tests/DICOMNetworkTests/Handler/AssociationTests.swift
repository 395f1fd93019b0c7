// SPDX-License-Identifier: Apache-2.0

import DICOM
import DICOMNetwork
import NIOCore
import Testing

@Suite("Association")
struct AssociationTests {
    @Test("An association is accepted, an echo answered, and a release confirmed")
    func course() throws {
        let peer = try EmbeddedPeer.associated()
        let association = try #require(peer.service.accepted.first)
        #expect(association.id == "test")
        #expect(association.callingAETitle == "CT1" && association.calledAETitle == "STORESCP")
        #expect(association.acceptedContexts.keys.sorted() == [1, 3])
        try peer.send(Samples.data(Samples.value(CEchoRequest(messageID: 9).commandSet(), context: 1)))
        let response = try CEchoResponse(try #require(try peer.responses().first))
        #expect(response == CEchoResponse(to: CEchoRequest(messageID: 9)))
        try peer.send(.releaseRQ)
        #expect(try peer.answers() == [.releaseRP])
        #expect(peer.channel.isActive)
        try peer.close()
        #expect(peer.service.summaries.map(\.end) == [.released])
    }

    @Test("If the connection breaks while the answer is written, acceptance is reported before the end")
    func brokenAnswer() throws {
        let peer = try EmbeddedPeer()
        peer.breakOnWrite()
        try peer.send(.associateRQ(Samples.request))
        #expect(peer.service.told == [.accepted, .ended])
        #expect(peer.service.summaries.map(\.end) == [.connectionLost])
    }

    @Test("The answer repeats the titles and the reserved bytes of the request")
    func echoedFields() throws {
        let peer = try EmbeddedPeer()
        var request = Samples.request
        request.callingAETitle = AETitle(field: [0x20, 0x43, 0x54, 0, 0xFF])
        request.reserved = (0..<32).map { UInt8($0) }
        try peer.send(.associateRQ(request))
        let sent = Samples.encoded(.associateRQ(request))
        let answer = try #require(try peer.writes().first)
        // Bytes 11 to 74.
        #expect(answer.getBytes(at: 10, length: 64) == sent.getBytes(at: 10, length: 64))
    }

    @Test("A request whose contexts are all refused is accepted, and the peer may release it")
    func nothingAccepted() throws {
        let peer = try EmbeddedPeer()
        var policy = MemoryService.policy
        policy.supportsAbstractSyntax = { _ in false }
        peer.service.decision = .accept(policy)
        try peer.send(.associateRQ(Samples.request))
        guard case .associateAC(let accept)? = try peer.answers().first else {
            Issue.record("no A-ASSOCIATE-AC")
            return
        }
        #expect(accept.presentationContexts.allSatisfy { $0.result == .abstractSyntaxNotSupported })
        try peer.send(.releaseRQ)
        #expect(try peer.answers() == [.releaseRP])
    }

    @Test("A C-ECHO is answered on any context, even with a data set")
    func echoElsewhere() throws {
        let peer = try EmbeddedPeer.associated()
        var command = CEchoRequest(messageID: 2).commandSet()
        try peer.send(Samples.data(Samples.value(command)))
        command.set(.commandDataSetType, 0)
        try peer.send(Samples.data(Samples.value(command), Samples.value([1, 2])))
        #expect(try peer.responses().map { try $0.uint16(.status) } == [0, 0])
    }

    @Test("A connection that sends no byte has no summary")
    func probe() throws {
        let peer = try EmbeddedPeer()
        try peer.close()
        #expect(peer.service.summaries.isEmpty)
    }

    @Test("The policy can reject a request without an acceptable context")
    func rejectedWithoutContext() throws {
        let peer = try EmbeddedPeer()
        var policy = MemoryService.policy
        policy.supportsAbstractSyntax = { _ in false }
        policy.rejectsWithoutContext = true
        peer.service.decision = .accept(policy)
        try peer.send(.associateRQ(Samples.request))
        #expect(try peer.answers() == [.associateRJ(.noReasonGiven)])
    }

    @Test("An association that is not admitted is rejected, and its summary has no association")
    func notAdmitted() throws {
        let peer = try EmbeddedPeer()
        let rejection = AssociationRejection(.localLimitExceeded, reason: "too many", hint: "MAXIMUM=1")
        peer.service.rejection = rejection
        try peer.send(.associateRQ(Samples.request))
        #expect(try peer.answers() == [.associateRJ(.localLimitExceeded)])
        try peer.close()
        #expect(peer.service.summaries.map(\.end) == [.rejected(rejection)])
        #expect(peer.service.summaries.first?.association == nil)
    }

    @Test("While the decision is pending nothing is read, and bytes received before are processed afterwards")
    func slowDecision() throws {
        let peer = try EmbeddedPeer()
        peer.service.decisionGate = peer.channel.eventLoop.makePromise()
        try peer.send(.associateRQ(Samples.request))
        try peer.send(Samples.data(Samples.value(CEchoRequest(messageID: 9).commandSet(), context: 1)))
        #expect(!peer.readReachesSocket())
        #expect(try peer.answers().isEmpty)
        peer.service.decisionGate?.succeed()
        #expect(try peer.answers().map(\.type) == [.associateAC, .dataTF])
    }

    @Test("A peer that closed before the decision is not admitted")
    func goneBeforeDecision() throws {
        let peer = try EmbeddedPeer()
        peer.service.decisionGate = peer.channel.eventLoop.makePromise()
        try peer.send(.associateRQ(Samples.request))
        try peer.close()
        peer.service.decisionGate?.succeed()
        #expect(peer.service.accepted.isEmpty)
        #expect(peer.service.summaries.map(\.end) == [.connectionLost])
    }

    @Test("A decision that fails is a transient rejection")
    func failedDecision() throws {
        struct Failure: Error {}
        let peer = try EmbeddedPeer()
        peer.service.decisionGate = peer.channel.eventLoop.makePromise()
        try peer.send(.associateRQ(Samples.request))
        peer.service.decisionGate?.fail(Failure())
        #expect(try peer.answers() == [.associateRJ(.temporaryCongestion)])
    }

    @Test("A rejection by the application is sent and reported")
    func rejected() throws {
        let peer = try EmbeddedPeer()
        let rejection = AssociationRejection(.calledAETitleNotRecognized, reason: "another title")
        peer.service.decision = .reject(rejection)
        try peer.send(.associateRQ(Samples.request))
        #expect(try peer.answers() == [.associateRJ(.calledAETitleNotRecognized)])
        #expect(peer.channel.isActive)
        peer.advance(by: .seconds(30))
        #expect(!peer.channel.isActive)
        let summary = try #require(peer.service.summaries.first)
        #expect(summary.end == .rejected(rejection))
        #expect(summary.callingAETitle == "CT1")
        #expect(summary.association == nil)
    }

    @Test("A wrong application context or protocol version is rejected without asking the application")
    func rejectedByUs() throws {
        for name in [nil, "1.2.840.10008.3.1.1.2"] {
            let peer = try EmbeddedPeer()
            var request = Samples.request
            request.applicationContextName = name
            try peer.send(.associateRQ(request))
            #expect(try peer.answers() == [.associateRJ(.applicationContextNameNotSupported)])
            #expect(peer.service.decisions == 0)
        }
        let peer = try EmbeddedPeer()
        var request = Samples.request
        request.protocolVersion = 2
        try peer.send(.associateRQ(request))
        #expect(try peer.answers() == [.associateRJ(.protocolVersionNotSupported)])
        try peer.close()
        #expect(peer.service.summaries.map(\.callingAETitle) == ["CT1"])
    }

    @Test(
        "A PDU that violates the protocol is answered with an A-ABORT that has the reason",
        arguments: [
            (Array(Samples.encoded(.associateRQ(Samples.request)).readableBytesView), AAbort(.unexpectedPDU)),
            (Array(Samples.encoded(.releaseRP).readableBytesView), AAbort(.unexpectedPDU)),
            ([0x08], AAbort(.unrecognizedPDU)),
            ([0x04, 0, 0xFF, 0xFF, 0xFF, 0xFF], AAbort(.invalidPDUParameterValue)),
            // a PDV for context 5, which was not accepted
            ([0x04, 0, 0, 0, 0, 6, 0, 0, 0, 2, 5, 3], AAbort(.invalidPDUParameterValue)),
            // a data set without a command
            ([0x04, 0, 0, 0, 0, 6, 0, 0, 0, 2, 3, 2], AAbort(.invalidPDUParameterValue)),
            // an empty command set
            ([0x04, 0, 0, 0, 0, 6, 0, 0, 0, 2, 3, 3], AAbort.serviceUser),
        ] as [([UInt8], AAbort)])
    func aborted(_ bytes: [UInt8], _ abort: AAbort) throws {
        let peer = try EmbeddedPeer.associated()
        try peer.send(bytes: bytes)
        #expect(try peer.answers() == [.abort(abort)])
        // The peer has to close; what it still sends is ignored.
        try peer.send(bytes: [0xFF, 0xFF])
        peer.advance(by: .seconds(29))
        #expect(peer.channel.isActive)
        peer.advance(by: .seconds(1))
        #expect(!peer.channel.isActive)
        guard case .abortedByUs? = peer.service.summaries.first?.end else {
            Issue.record("ended as \(peer.service.summaries)")
            return
        }
    }

    @Test(
        "Before an association, anything but a request is aborted with source service user, as in Table 9-10",
        arguments: [[0x47, 0x45, 0x54], [0x05, 0, 0, 0, 0, 4, 0, 0, 0, 0]] as [[UInt8]])
    func abortedInSta2(_ bytes: [UInt8]) throws {
        let peer = try EmbeddedPeer()
        try peer.send(bytes: bytes)
        #expect(try peer.answers() == [.abort(.serviceUser)])
    }

    @Test("ARTIM ends a request that arrives byte by byte, since received bytes do not restart it")
    func artim() throws {
        let peer = try EmbeddedPeer()
        let bytes = Array(Samples.encoded(.associateRQ(Samples.request)).readableBytesView)
        for byte in bytes.prefix(29) {
            try peer.send(bytes: [byte])
            peer.advance(by: .seconds(1))
        }
        #expect(peer.channel.isActive)
        peer.advance(by: .seconds(1))
        #expect(!peer.channel.isActive)
        #expect(peer.service.summaries.map(\.end) == [.timedOut(.artim)])
    }

    @Test(
        "An idle association ends after the network timeout, one that stalls inside a message after the DIMSE timeout")
    func silence() throws {
        let idle = try EmbeddedPeer.associated()
        idle.advance(by: .seconds(89))
        #expect(try idle.answers().isEmpty)
        idle.advance(by: .seconds(1))
        #expect(try idle.answers() == [.abort(.serviceUser)])
        try idle.close()
        #expect(idle.service.summaries.map(\.end) == [.timedOut(.network)])

        let stalled = try EmbeddedPeer.associated()
        try stalled.send(Samples.data(Samples.value(Samples.storeCommand())))
        // An incomplete PDU does not count as progress.
        try stalled.send(bytes: [4])
        stalled.advance(by: .seconds(60))
        #expect(try stalled.answers() == [.abort(.serviceUser)])
        #expect(stalled.service.receivers.first?.events == [.cancelled])
        try stalled.close()
        #expect(stalled.service.summaries.map(\.end) == [.timedOut(.dimse)])
    }

    @Test("A peer does not time out while it waits for the application")
    func slowApplication() throws {
        let peer = try EmbeddedPeer.associated()
        peer.service.prepare = { $0.outcome = peer.channel.eventLoop.makePromise() }
        try peer.send(Samples.data(Samples.value(Samples.storeCommand()), Samples.value([1])))
        peer.advance(by: .hours(1))
        peer.service.receivers.first?.outcome?.succeed(OperationOutcome(status: .success))
        #expect(try peer.responses().count == 1)
        peer.advance(by: .seconds(89))
        #expect(try peer.answers().isEmpty)
    }

    @Test("An unknown command is answered with 0211H at the end of its data set")
    func unknownCommand() throws {
        let peer = try EmbeddedPeer.associated()
        var command = Samples.storeCommand(messageID: 5)
        command.set(.commandField, 0x0140)
        try peer.send(Samples.data(Samples.value(command), Samples.value([1], isLast: false)))
        #expect(try peer.responses().isEmpty)
        try peer.send(Samples.data(Samples.value([2])))
        let response = try #require(try peer.responses().first)
        #expect(try response.uint16(.commandField) == 0x8140)
        #expect(try response.uint16(.messageIDBeingRespondedTo) == 5)
        #expect(try response.uint16(.status) == 0x0211)
    }

    @Test("A C-CANCEL has no response, and a response without a request ends the association")
    func cancelAndResponse() throws {
        let peer = try EmbeddedPeer.associated()
        var command = CEchoRequest(messageID: 1).commandSet()
        command.set(.commandField, CommandField.cCancelRQ.rawValue)
        try peer.send(Samples.data(Samples.value(command)))
        #expect(try peer.answers().isEmpty)
        command.set(.commandField, CommandField.cStoreRSP.rawValue)
        try peer.send(Samples.data(Samples.value(command)))
        #expect(try peer.answers() == [.abort(.serviceUser)])
    }
}
