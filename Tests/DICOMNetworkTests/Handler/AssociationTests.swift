import DICOM
import DICOMNetwork
import NIOCore
import Testing

@Suite("An association's course")
struct AssociationTests {
    @Test("Accepted, echoed, released")
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

    @Test("A connection that breaks with the answer is accepted first and ended afterwards")
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

    @Test("With every context refused there is still an answer, and the peer decides")
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

    @Test("A C-ECHO is answered on any context, also when a data set comes with it")
    func echoElsewhere() throws {
        let peer = try EmbeddedPeer.associated()
        var command = CEchoRequest(messageID: 2).commandSet()
        try peer.send(Samples.data(Samples.value(command)))
        command.set(.commandDataSetType, 0)
        try peer.send(Samples.data(Samples.value(command), Samples.value([1, 2])))
        #expect(try peer.responses().map { try $0.uint16(.status) } == [0, 0])
    }

    @Test("A connection that sends no byte is not worth a word")
    func probe() throws {
        let peer = try EmbeddedPeer()
        try peer.close()
        #expect(peer.service.summaries.isEmpty)
    }

    @Test("A request without any context that is taken can be rejected")
    func rejectedWithoutContext() throws {
        let peer = try EmbeddedPeer()
        var policy = MemoryService.policy
        policy.supportsAbstractSyntax = { _ in false }
        policy.rejectsWithoutContext = true
        peer.service.decision = .accept(policy)
        try peer.send(.associateRQ(Samples.request))
        #expect(try peer.answers() == [.associateRJ(.noReasonGiven)])
    }

    @Test("One that is not let in is rejected, and its end is told without an association")
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

    @Test("A decision may take its time: nothing is read, and what came meanwhile is taken afterwards")
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

    @Test("A peer that is gone when the decision comes is not let in")
    func goneBeforeDecision() throws {
        let peer = try EmbeddedPeer()
        peer.service.decisionGate = peer.channel.eventLoop.makePromise()
        try peer.send(.associateRQ(Samples.request))
        try peer.close()
        peer.service.decisionGate?.succeed()
        #expect(peer.service.accepted.isEmpty)
        #expect(peer.service.summaries.map(\.end) == [.connectionLost])
    }

    @Test("A decision that cannot be made is a rejection for the time being")
    func failedDecision() throws {
        struct Failure: Error {}
        let peer = try EmbeddedPeer()
        peer.service.decisionGate = peer.channel.eventLoop.makePromise()
        try peer.send(.associateRQ(Samples.request))
        peer.service.decisionGate?.fail(Failure())
        #expect(try peer.answers() == [.associateRJ(.temporaryCongestion)])
    }

    @Test("A rejection by the application is sent, and told")
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
        "A PDU that breaks the protocol is answered with an abort that says how",
        arguments: [
            (Array(Samples.encoded(.associateRQ(Samples.request)).readableBytesView), AAbort(.unexpectedPDU)),
            (Array(Samples.encoded(.releaseRP).readableBytesView), AAbort(.unexpectedPDU)),
            ([0x08], AAbort(.unrecognizedPDU)),
            ([0x04, 0, 0xFF, 0xFF, 0xFF, 0xFF], AAbort(.invalidPDUParameterValue)),
            // a PDV for context 5, which was not accepted
            ([0x04, 0, 0, 0, 0, 6, 0, 0, 0, 2, 5, 3], AAbort(.invalidPDUParameterValue)),
            // a data set that no command announced
            ([0x04, 0, 0, 0, 0, 6, 0, 0, 0, 2, 3, 2], AAbort(.invalidPDUParameterValue)),
            // an empty command set
            ([0x04, 0, 0, 0, 0, 6, 0, 0, 0, 2, 3, 3], AAbort.serviceUser),
        ] as [([UInt8], AAbort)])
    func aborted(_ bytes: [UInt8], _ abort: AAbort) throws {
        let peer = try EmbeddedPeer.associated()
        try peer.send(bytes: bytes)
        #expect(try peer.answers() == [.abort(abort)])
        // The peer is to close; what it still sends does not matter.
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
        "Before an association, whatever is not a request is aborted with source service user, as Table 9-10 has it",
        arguments: [[0x47, 0x45, 0x54], [0x05, 0, 0, 0, 0, 4, 0, 0, 0, 0]] as [[UInt8]])
    func abortedInSta2(_ bytes: [UInt8]) throws {
        let peer = try EmbeddedPeer()
        try peer.send(bytes: bytes)
        #expect(try peer.answers() == [.abort(.serviceUser)])
    }

    @Test("A request that comes in drops ends with ARTIM, which no drop restarts")
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

    @Test("An idle association ends after the network timeout, one that stalls in a message after DIMSE's")
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
        // Bytes that make no PDU are no progress.
        try stalled.send(bytes: [4])
        stalled.advance(by: .seconds(60))
        #expect(try stalled.answers() == [.abort(.serviceUser)])
        #expect(stalled.service.receivers.first?.events == [.cancelled])
        try stalled.close()
        #expect(stalled.service.summaries.map(\.end) == [.timedOut(.dimse)])
    }

    @Test("An application that takes its time is waited for")
    func slowApplication() throws {
        let peer = try EmbeddedPeer.associated()
        peer.service.prepare = { $0.outcome = peer.channel.eventLoop.makePromise() }
        try peer.send(Samples.data(Samples.value(Samples.storeCommand()), Samples.value([1])))
        peer.advance(by: .hours(1))
        peer.service.receivers.first?.outcome?.succeed(StoreOutcome(status: .success))
        #expect(try peer.responses().count == 1)
        peer.advance(by: .seconds(89))
        #expect(try peer.answers().isEmpty)
    }

    @Test("An unknown command is answered with 0211H when its data set is through")
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

    @Test("A cancel has no response, and a response that nobody asked for ends the association")
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
