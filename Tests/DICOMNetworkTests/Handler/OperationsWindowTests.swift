// SPDX-License-Identifier: Apache-2.0

import DICOM
import DICOMNetwork
import NIOCore
import Testing

/// PS3.7 §D.3.3.3: several operations outstanding at the same time.
@Suite("Asynchronous operations window")
struct OperationsWindowTests {
    static func peer(window: UInt16) throws -> EmbeddedPeer {
        let peer = try EmbeddedPeer()
        var request = Samples.request
        request.userInformation.asynchronousOperationsWindow = AsynchronousOperationsWindow(
            maximumOperationsInvoked: window, maximumOperationsPerformed: 1)
        try peer.send(.associateRQ(request))
        guard case .associateAC? = try peer.answers().first else { throw EmbeddedPeer.NotAccepted() }
        peer.service.prepare = { $0.outcome = peer.channel.eventLoop.makePromise() }
        return peer
    }

    static func message(_ id: UInt16) -> PDU {
        Samples.data(
            Samples.value(Samples.storeCommand(messageID: id, instance: "1.2.\(id)")), Samples.value([UInt8(id)]))
    }

    static func ids(_ responses: [CommandSet]) throws -> [UInt16] {
        try responses.map { try $0.uint16(.messageIDBeingRespondedTo) }
    }

    @Test("Instances are stored at the same time, and answered in the order in which they finish")
    func parallel() throws {
        let peer = try Self.peer(window: 3)
        try peer.send(Self.message(1), Self.message(2), Self.message(3))
        #expect(peer.service.receivers.map(\.events) == [1, 2, 3].map { [.fragment([$0]), .finished] })
        peer.service.receivers[2].outcome?.succeed(OperationOutcome(status: .success))
        peer.service.receivers[0].outcome?.succeed(OperationOutcome(status: .outOfResources))
        let responses = try peer.responses()
        #expect(try Self.ids(responses) == [3, 1])
        #expect(try responses.map { try $0.uint16(.status) } == [0, 0xA700])
        #expect(responses.map { $0.text(.affectedSOPInstanceUID) } == ["1.2.3", "1.2.1"])
    }

    @Test("A message beyond the window waits unread until an operation finishes")
    func full() throws {
        let peer = try Self.peer(window: 2)
        try peer.send(Self.message(1), Self.message(2), Self.message(3))
        #expect(peer.service.receivers.count == 2)
        #expect(!peer.readReachesSocket())
        peer.service.receivers[1].outcome?.succeed(OperationOutcome(status: .success))
        #expect(peer.service.receivers.count == 3)
        #expect(try Self.ids(peer.responses()) == [2])
    }

    @Test("A Message ID still in use is answered with 0210H, and the operation that uses it continues")
    func duplicateMessageID() throws {
        let peer = try Self.peer(window: 3)
        try peer.send(Self.message(1), Self.message(1))
        let response = try #require(try peer.responses().first)
        #expect(try response.uint16(.status) == DIMSEStatus.duplicateInvocation.rawValue)
        #expect(peer.service.receivers.count == 1)
        peer.service.receivers[0].outcome?.succeed(OperationOutcome(status: .success))
        try peer.send(Self.message(1))
        #expect(peer.service.receivers.count == 2)
    }

    @Test("An echo is answered while instances are being stored")
    func echo() throws {
        let peer = try Self.peer(window: 2)
        try peer.send(Self.message(1), Samples.data(Samples.value(CEchoRequest(messageID: 9).commandSet(), context: 1)))
        #expect(try Self.ids(peer.responses()) == [9])
    }

    @Test("A release is answered after all operations are. PS3.8 Table 9-10, AR-7")
    func release() throws {
        let peer = try Self.peer(window: 3)
        try peer.send(Self.message(1), Self.message(2), .releaseRQ)
        #expect(try peer.answers().isEmpty)
        peer.service.receivers[0].outcome?.succeed(OperationOutcome(status: .success))
        #expect(try Self.ids(peer.responses()) == [1])
        peer.service.receivers[1].outcome?.succeed(OperationOutcome(status: .success))
        let answers = try peer.answers()
        #expect(answers.count == 2)
        #expect(answers.last == .releaseRP)
        try peer.close()
        #expect(peer.service.summaries.map(\.end) == [.released])
        #expect(peer.service.summaries.map(\.instancesStored) == [2])
    }

    @Test("An abort cancels the incomplete instance; complete ones are finished before the end is reported")
    func abort() throws {
        let peer = try Self.peer(window: 3)
        try peer.send(
            Self.message(1),
            Samples.data(Samples.value(Samples.storeCommand(messageID: 2)), Samples.value([2], isLast: false)),
            .abort(.serviceUser))
        #expect(peer.service.receivers.map(\.events) == [[.fragment([1]), .finished], [.fragment([2]), .cancelled]])
        #expect(peer.service.summaries.isEmpty)
        peer.service.receivers[0].outcome?.succeed(OperationOutcome(status: .success))
        let summary = try #require(peer.service.summaries.first)
        #expect(summary.instancesStored == 1 && summary.instancesFailed == 1)
    }

    @Test("A fragment is still being taken after another instance finishes")
    func deliveryAmidFinishing() throws {
        let peer = try Self.peer(window: 3)
        try peer.send(Self.message(1))
        peer.service.prepare = {
            $0.delivery = peer.channel.eventLoop.makePromise()
            $0.outcome = peer.channel.eventLoop.makePromise()
        }
        try peer.send(Self.message(2), Self.message(3))
        peer.service.receivers[0].outcome?.succeed(OperationOutcome(status: .success))
        #expect(peer.service.receivers.count == 2)
        #expect(!peer.readReachesSocket())
        peer.service.receivers[1].delivery?.succeed()
        #expect(peer.service.receivers.count == 3)
        #expect(peer.service.receivers[1].events == [.fragment([2]), .finished])
        peer.service.receivers[2].delivery?.succeed()
        for receiver in peer.service.receivers.dropFirst() {
            receiver.outcome?.succeed(OperationOutcome(status: .success))
        }
        #expect(try Self.ids(peer.responses()) == [1, 2, 3])
    }

    @Test("A peer that stalls inside a message times out although another instance is still being stored")
    func stalled() throws {
        let peer = try Self.peer(window: 3)
        try peer.send(
            Self.message(1),
            Samples.data(Samples.value(Samples.storeCommand(messageID: 2)), Samples.value([2], isLast: false)))
        peer.advance(by: .seconds(59))
        #expect(try peer.answers().isEmpty)
        peer.advance(by: .seconds(61))
        #expect(try peer.answers() == [.abort(.serviceUser)])
    }

    @Test("While draining, outstanding operations are answered before the association ends")
    func drain() throws {
        let peer = try Self.peer(window: 3)
        try peer.send(Self.message(1))
        DrainTests.drain(peer)
        try peer.send(Self.message(2))
        #expect(peer.service.receivers.count == 1)
        #expect(try peer.answers().isEmpty)
        peer.service.receivers[0].outcome?.succeed(OperationOutcome(status: .success))
        let answers = try peer.answers()
        #expect(answers.count == 2)
        #expect(answers.last == .abort(.serviceUser))
    }
}
