// SPDX-License-Identifier: Apache-2.0

import DICOM
import DamagedInput
import NIOCore
import NIOEmbedded
import SeededRandom
import Testing

@testable import DICOMNetwork

@Suite("Associations that we request")
struct RequestorTests {
    static let abortOfUser = PDU.abort(.serviceUser)

    // MARK: Opening

    @Test("The request announces our maximum length, and the acceptance is told")
    func opens() throws {
        let acceptor = try EmbeddedAcceptor()
        var expected = Samples.request
        expected.userInformation.maximumLength = RequestorLimits().maximumLength
        #expect(try acceptor.received() == [.associateRQ(expected)])
        try acceptor.send(.associateAC(EmbeddedAcceptor.acceptance()))
        let confirmed = try acceptor.handler.opened.wait()
        #expect(confirmed.contexts.keys.sorted() == [1, 3])
        #expect(confirmed.refusals == [5: .refused(.abstractSyntaxNotSupported)])
        #expect(confirmed.maximumLength == 16384)
        try acceptor.close()
        #expect(acceptor.handler.end == .connectionLost(nil))
    }

    @Test("An answer that arrives byte by byte is the same")
    func byteByByte() throws {
        let acceptor = try EmbeddedAcceptor()
        for byte in Samples.encoded(.associateAC(EmbeddedAcceptor.acceptance())).readableBytesView {
            try acceptor.send(bytes: [byte])
        }
        #expect(try acceptor.handler.opened.wait().contexts.count == 2)
        try acceptor.close()
    }

    @Test("A rejection closes the connection, and says why")
    func rejected() throws {
        let acceptor = try EmbeddedAcceptor()
        try acceptor.send(.associateRJ(.calledAETitleNotRecognized))
        #expect(throws: RequestedAssociationEnd.rejected(.calledAETitleNotRecognized)) {
            try acceptor.handler.opened.wait()
        }
        #expect(acceptor.isClosed)
    }

    @Test("Without an answer, we abort after the limit and close after ARTIM")
    func noAnswer() throws {
        let acceptor = try EmbeddedAcceptor()
        _ = try acceptor.received()
        acceptor.advance(by: RequestorTimeouts().association - .nanoseconds(1))
        #expect(acceptor.handler.end == nil)
        acceptor.advance(by: .nanoseconds(1))
        #expect(acceptor.handler.end == .timedOut(.association))
        #expect(try acceptor.received() == [Self.abortOfUser])
        #expect(!acceptor.isClosed)
        acceptor.advance(by: RequestorTimeouts().artim)
        #expect(acceptor.isClosed)
    }

    @Test("A connection that is closed before the answer is lost")
    func closedBeforeTheAnswer() throws {
        let acceptor = try EmbeddedAcceptor()
        try acceptor.close()
        #expect(throws: RequestedAssociationEnd.connectionLost(nil)) { try acceptor.handler.opened.wait() }
    }

    @Test("What the channel reports is part of the end")
    func transportError() throws {
        let acceptor = try EmbeddedAcceptor()
        acceptor.channel.pipeline.fireErrorCaught(ChannelError.inputClosed)
        acceptor.channel.embeddedEventLoop.run()
        #expect(acceptor.handler.end == .connectionLost("\(ChannelError.inputClosed)"))
    }

    @Test(
        "An answer that is not one is aborted by the provider",
        arguments: [
            ([0x09, 0, 0, 0, 0, 0], .unrecognizedPDU), ([0x02, 0, 0xFF, 0xFF, 0xFF, 0xFF], .invalidPDUParameterValue),
            ([0x04, 0, 0, 0, 0, 6, 0, 0, 0, 2, 1, 3], .invalidPDUParameterValue),
            ([0x05, 0, 0, 0, 0, 4, 0, 0, 0, 0], .unexpectedPDU), ([0x48, 0x54, 0x54, 0x50], .unrecognizedPDU),
        ] as [([UInt8], AAbort.ProviderReason)])
    func noAssociateAC(_ bytes: [UInt8], _ reason: AAbort.ProviderReason) throws {
        let acceptor = try EmbeddedAcceptor()
        _ = try acceptor.received()
        try acceptor.send(bytes: bytes)
        #expect(try acceptor.received() == [.abort(AAbort(reason))])
        guard case .abortedByUs? = acceptor.handler.end else {
            Issue.record("ended with \(String(describing: acceptor.handler.end))")
            return
        }
        acceptor.advance(by: RequestorTimeouts().artim)
        #expect(acceptor.isClosed)
    }

    @Test("Answers for contexts that were not proposed, or with other transfer syntaxes, are not used")
    func strangeAnswers() throws {
        var accept = EmbeddedAcceptor.acceptance()
        accept.presentationContexts = [
            PresentationContextAnswer(id: 1, result: .acceptance, transferSyntax: "1.2.840.10008.1.2.4.50"),
            PresentationContextAnswer(id: 7, result: .acceptance, transferSyntax: "1.2.840.10008.1.2"),
            PresentationContextAnswer(id: 5, result: .userRejection, transferSyntax: ""),
            PresentationContextAnswer(id: 5, result: .acceptance, transferSyntax: "1.2.840.10008.1.2"),
        ]
        let confirmed = ConfirmedAssociation(accept, to: Samples.request)
        #expect(confirmed.contexts.isEmpty)
        #expect(
            confirmed.refusals == [1: .transferSyntaxNotProposed, 3: .notAnswered, 5: .refused(.userRejection)])
    }

    @Test("Roles are agreed only if they were proposed and confirmed")
    func roles() {
        var request = Samples.request
        let ofClass = { RoleSelection(sopClassUID: $0, isSCU: $1, isSCP: $2) }
        request.userInformation.roleSelections = [ofClass("1.1", false, true), ofClass("1.2", true, true)]
        var accept = EmbeddedAcceptor.acceptance()
        accept.userInformation.roleSelections = [ofClass("1.1", true, true), ofClass("1.3", true, true)]
        let confirmed = ConfirmedAssociation(accept, to: request)
        #expect([confirmed.isSCU(of: "1.1"), confirmed.isSCP(of: "1.1")] == [false, true])
        #expect([confirmed.isSCU(of: "1.2"), confirmed.isSCP(of: "1.2")] == [true, false])
        #expect([confirmed.isSCU(of: "1.3"), confirmed.isSCP(of: "1.3")] == [true, false])
    }

    // MARK: Operations

    @Test("A request goes out with its data set, and its response comes back")
    func operation() throws {
        let acceptor = try EmbeddedAcceptor.accepted()
        let response = try acceptor.invokeStore()
        try acceptor.sendDataSet([1, 2, 3, 4], isLast: false).wait()
        try acceptor.sendDataSet([5, 6]).wait()
        let sent = try acceptor.received()
        #expect(
            sent == [
                Samples.data(Samples.value(Samples.storeCommand(messageID: 1))),
                Samples.data(Samples.value([1, 2, 3, 4], isLast: false)), Samples.data(Samples.value([5, 6])),
            ])
        try acceptor.respond(to: 1, status: 0xB000)
        #expect(try response.wait().command.uint16(.status) == 0xB000)
        let next = try acceptor.handler.invoke(CEchoRequest(messageID: 0).commandSet(), on: 1)
        try acceptor.respond(to: 2, field: .cEchoRSP, context: 1)
        #expect(try next.wait().command.uint16(.status) == 0)
        try acceptor.close()
    }

    @Test(
        "Each PDU is as long as the peer accepts, or as we send at most",
        arguments: [
            (6, 262_138), (8, 2), (4096, 4090), (4097, 4090), (16384, 16378), (nil, 262_138), (.max, 262_138),
        ] as [(UInt32?, Int)])
    func fragments(_ maximumLength: UInt32?, _ fragmentLength: Int) throws {
        let acceptor = try EmbeddedAcceptor.accepted(maximumLength: maximumLength)
        #expect(acceptor.handler.fragmentLength == fragmentLength)
        let response = try acceptor.invokeStore()
        _ = try acceptor.received()
        let bytes = (0..<fragmentLength * 2 + 2).map { UInt8(truncatingIfNeeded: $0) }
        try acceptor.sendDataSet(bytes).wait()
        let values = try acceptor.received().compactMap { pdu -> PresentationDataValue? in
            guard case .dataTF(let data) = pdu else { return nil }
            return data.values.count == 1 ? data.values[0] : nil
        }
        // A decoder gives the fragments of long PDUs as they are, since whole PDUs arrive here.
        #expect(values.map(\.fragment.readableBytes) == [fragmentLength, fragmentLength, 2])
        #expect(values.map(\.isLast) == [false, false, true])
        #expect(values.flatMap { Array($0.fragment.readableBytesView) } == bytes)
        try acceptor.respond(to: 1)
        _ = try response.wait()
        try acceptor.close()
    }

    @Test("A response may come before the end of the data set")
    func earlyResponse() throws {
        let acceptor = try EmbeddedAcceptor.accepted()
        let response = try acceptor.invokeStore()
        try acceptor.sendDataSet([1, 2], isLast: false).wait()
        try acceptor.respond(to: 1, status: 0xA700)
        #expect(try response.wait().command.uint16(.status) == 0xA700)
        #expect(throws: RequestNotPossible.operationOutstanding) { try acceptor.invokeStore() }
        try acceptor.sendDataSet([3, 4]).wait()
        acceptor.advance(by: .hours(1))
        #expect(acceptor.handler.end == nil)
        _ = try acceptor.invokeStore()
        try acceptor.close()
    }

    @Test("A response that is not the expected one aborts the association", arguments: [2, 3] as [UInt16])
    func wrongResponse(_ messageID: UInt16) throws {
        let acceptor = try EmbeddedAcceptor.accepted()
        let response = try acceptor.invokeStore()
        try acceptor.sendDataSet([1, 2]).wait()
        _ = try acceptor.received()
        try acceptor.respond(to: messageID)
        let error = MessageError.responseToAnotherRequest(
            .cStoreRSP, messageID: messageID, expected: .cStoreRSP, expectedMessageID: 1)
        #expect(throws: RequestedAssociationEnd.abortedByUs(.message(error))) { try response.wait() }
        #expect(try acceptor.received() == [Self.abortOfUser])
    }

    @Test("A response of another kind, without a request or on another context aborts the association")
    func responsesOfOtherKinds() throws {
        let ofAnotherKind = try EmbeddedAcceptor.accepted()
        _ = try ofAnotherKind.invokeStore()
        try ofAnotherKind.respond(to: 1, field: .cEchoRSP)
        let expected = MessageError.responseToAnotherRequest(
            .cEchoRSP, messageID: 1, expected: .cStoreRSP, expectedMessageID: 1)
        #expect(ofAnotherKind.handler.end == .abortedByUs(.message(expected)))

        let unasked = try EmbeddedAcceptor.accepted()
        try unasked.respond(to: 1)
        #expect(unasked.handler.end == .abortedByUs(.message(.responseNotExpected(.cStoreRSP))))

        let elsewhere = try EmbeddedAcceptor.accepted()
        _ = try elsewhere.invokeStore()
        try elsewhere.respond(to: 1, context: 1)
        #expect(elsewhere.handler.end == .abortedByUs(.message(.contextChanged(from: 3, to: 1))))

        let refused = try EmbeddedAcceptor.accepted()
        try refused.respond(to: 1, context: 5)
        #expect(refused.handler.end == .abortedByUs(.message(.contextNotAccepted(5))))
    }

    @Test("A peer that never answers is aborted after the limit")
    func noResponse() throws {
        let acceptor = try EmbeddedAcceptor.accepted()
        let response = try acceptor.invokeStore()
        try acceptor.sendDataSet([1, 2]).wait()
        acceptor.advance(by: RequestorTimeouts().response)
        #expect(throws: RequestedAssociationEnd.timedOut(.response)) { try response.wait() }
        #expect(throws: RequestedAssociationEnd.timedOut(.response)) { try acceptor.invokeStore() }
    }

    @Test("A peer that takes no bytes is aborted after the limit")
    func nothingTaken() throws {
        let acceptor = try EmbeddedAcceptor.accepted()
        let response = try acceptor.invokeStore()
        acceptor.holdWrites()
        let sent = acceptor.sendDataSet([1, 2])
        acceptor.advance(by: RequestorTimeouts().network)
        #expect(throws: RequestedAssociationEnd.timedOut(.network)) { try response.wait() }
        acceptor.advance(by: RequestorTimeouts().artim)
        #expect(acceptor.isClosed)
        #expect(throws: RequestedAssociationEnd.timedOut(.network)) { try sent.wait() }
    }

    @Test("The peer's abort ends the operation")
    func abortedByPeer() throws {
        let acceptor = try EmbeddedAcceptor.accepted()
        let response = try acceptor.invokeStore()
        try acceptor.send(.abort(AAbort(source: 2, reason: 6)))
        let end = RequestedAssociationEnd.abortedByPeer(AAbort(source: 2, reason: 6))
        #expect(throws: end) { try response.wait() }
        #expect(throws: end) { try acceptor.sendDataSet([1, 2]).wait() }
        #expect(acceptor.isClosed)
    }

    @Test("A request on a context that was not accepted is not sent")
    func refusedContext() throws {
        let acceptor = try EmbeddedAcceptor.accepted()
        #expect(throws: RequestNotPossible.contextNotAccepted(5)) {
            try acceptor.handler.invoke(Samples.storeCommand(), on: 5)
        }
        #expect(try acceptor.received().isEmpty)
        try acceptor.close()
    }

    @Test("Message IDs begin again after the greatest")
    func messageIDs() throws {
        var messages = RequestorMessages(contextIDs: [1], limits: RequestorLimits())
        var command = CEchoRequest(messageID: 0).commandSet()
        for _ in 0..<65535 { try messages.requestBegins(&command, on: 1) }
        #expect(try command.uint16(.messageID) == 65535)
        try messages.requestBegins(&command, on: 1)
        #expect(try command.uint16(.messageID) == 1)
    }

    // MARK: The peer's requests

    @Test("A C-ECHO of the peer is answered with success, another request with 0211H, a C-CANCEL not at all")
    func requestsOfPeer() throws {
        let acceptor = try EmbeddedAcceptor.accepted()
        try acceptor.send(Samples.data(Samples.value(CEchoRequest(messageID: 9).commandSet(), context: 1)))
        var cancel = CommandSet()
        cancel.set(.commandField, CommandField.cCancelRQ.rawValue)
        cancel.set(.messageIDBeingRespondedTo, 4)
        cancel.set(.commandDataSetType, CommandSet.noDataSet)
        try acceptor.send(Samples.data(Samples.value(cancel)))
        try acceptor.send(
            Samples.data(Samples.value(Samples.storeCommand(messageID: 4)), Samples.value([1, 2, 3, 4])))
        let statuses = try acceptor.received().map { pdu -> [UInt16] in
            guard case .dataTF(let data) = pdu else { return [] }
            let command = try CommandSet(decoding: data.values[0].fragment)
            return try [.commandField, .messageIDBeingRespondedTo, .status].map { try command.uint16($0) }
        }
        #expect(statuses == [[0x8030, 9, 0], [0x8001, 4, 0x0211]])
        try acceptor.close()
    }

    @Test("The application answers the peer's requests with their data sets")
    func answeredByApplication() throws {
        let acceptor = try EmbeddedAcceptor.accepted { message, _ in
            var command = CommandSet()
            command.set(.status, UInt16(message.dataSet?.readableBytes ?? 0))
            return command
        }
        try acceptor.send(
            Samples.data(Samples.value(Samples.storeCommand()), Samples.value([1, 2], isLast: false)),
            Samples.data(Samples.value([], isLast: false), Samples.value([3, 4])))
        guard case .dataTF(let data)? = try acceptor.received().first else { throw ChannelError.eof }
        #expect(try CommandSet(decoding: data.values[0].fragment).uint16(.status) == 4)
        try acceptor.close()
    }

    @Test("What the peer can make us hold has bounds")
    func bounds() throws {
        var limits = RequestorLimits()
        limits.maximumDataSetLength = 4
        limits.maximumRequests = 2
        let long = try EmbeddedAcceptor.accepted(limits: limits)
        try long.send(Samples.data(Samples.value(Samples.storeCommand()), Samples.value([1, 2, 3, 4], isLast: false)))
        #expect(long.handler.end == nil)
        try long.send(Samples.data(Samples.value([5])))
        #expect(long.handler.end == .abortedByUs(.message(.dataSetLengthExceedsMaximum(maximum: 4))))

        let many = try EmbeddedAcceptor.accepted(limits: limits)
        let echo = Samples.data(Samples.value(CEchoRequest(messageID: 9).commandSet(), context: 1))
        try many.send(echo, echo)
        #expect(many.handler.end == nil)
        try many.send(echo)
        #expect(many.handler.end == .abortedByUs(.message(.tooManyRequests(maximum: 2))))
    }

    // MARK: Release

    @Test("We ask for release, and the peer confirms it")
    func release() throws {
        let acceptor = try EmbeddedAcceptor.accepted()
        acceptor.handler.release()
        #expect(try acceptor.received() == [.releaseRQ])
        try acceptor.send(.releaseRP)
        #expect(acceptor.handler.end == .released)
        #expect(acceptor.isClosed)
    }

    @Test("After both sides have asked for release, we answer first and close after the peer's answer")
    func releaseCollision() throws {
        let acceptor = try EmbeddedAcceptor.accepted()
        acceptor.handler.release()
        try acceptor.send(.releaseRQ)
        #expect(try acceptor.received() == [.releaseRQ, .releaseRP])
        #expect(acceptor.handler.end == nil)
        try acceptor.send(.releaseRP)
        #expect(acceptor.handler.end == .released)
        #expect(acceptor.isClosed)
    }

    @Test("A release that the peer does not answer is an abort after the limit")
    func unansweredRelease() throws {
        let acceptor = try EmbeddedAcceptor.accepted()
        acceptor.handler.release()
        _ = try acceptor.received()
        acceptor.advance(by: RequestorTimeouts().release)
        #expect(acceptor.handler.end == .timedOut(.release))
        #expect(try acceptor.received() == [Self.abortOfUser])
    }

    @Test("A release that the peer asks for is answered, and ends the operation")
    func releasedByPeer() throws {
        let acceptor = try EmbeddedAcceptor.accepted()
        let response = try acceptor.invokeStore()
        _ = try acceptor.received()
        try acceptor.send(.releaseRQ)
        #expect(try acceptor.received() == [.releaseRP])
        #expect(throws: RequestedAssociationEnd.releasedByPeer) { try response.wait() }
        try acceptor.close()
        #expect(acceptor.handler.end == .releasedByPeer)
    }

    // MARK: Damage

    @Test("Damaged answers end the association, and nothing stays open")
    func damage() throws {
        var generator = SplitMix64(seed: 7)
        let whole = Array(Samples.encoded(.associateAC(EmbeddedAcceptor.acceptance()), .releaseRP).readableBytesView)
        for _ in 0..<500 {
            let acceptor = try EmbeddedAcceptor()
            try acceptor.send(bytes: whole.damaged(&generator))
            acceptor.handler.release()
            acceptor.advance(by: .hours(1))
            #expect(acceptor.handler.end != nil)
            #expect(acceptor.isClosed)
        }
    }
}
