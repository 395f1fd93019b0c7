// SPDX-License-Identifier: Apache-2.0

import DICOM
import DICOMNetwork
import NIOCore
import NIOEmbedded
import Testing

/// What keeps one peer from costing other peers too much.
@Suite("Neighbours")
struct NeighboursTests {
    /// Unchecked: an EmbeddedChannel runs everything on the test's own thread.
    private final class Connection: WatchedConnection, @unchecked Sendable {
        var silentSince = NIODeadline.uptimeNanoseconds(0)
        var requestBytes: [Int] = []
        var isAssociation = false
        var address: SocketAddress?

        func setSilentSince(_ time: NIODeadline) { silentSince = time }
        func peerIsKnown(_ address: SocketAddress) { self.address = address }
        func requestHolds(_ bytes: Int) { requestBytes.append(bytes) }
        func becameAssociation() {
            isAssociation = true
            requestBytes.append(0)
        }
        func displace(_ reason: Displacement) {}
    }

    private static func echoes(_ count: Int) -> ByteBuffer {
        var command = CommandSet()
        command.set(.affectedSOPClassUID, uid: SOPClass.verification)
        command.set(.commandField, CommandField.cEchoRQ.rawValue)
        command.set(.messageID, 1)
        command.set(.commandDataSetType, CommandSet.noDataSet)
        var bytes = ByteBuffer()
        for _ in 0..<count {
            bytes.writeImmutableBuffer(
                Samples.encoded(Samples.data(Samples.value(command, context: Samples.verificationContext))))
        }
        return bytes
    }

    @Test("An association with many messages in one read gives others turns, and all messages are answered")
    func turns() throws {
        let peer = try EmbeddedPeer.associated()
        peer.service.turn = peer.channel.eventLoop.makePromise()
        try peer.channel.writeInbound(Self.echoes(70))
        #expect(try peer.responses().count == 32)
        #expect(peer.service.turns == 1)
        #expect(!peer.readReachesSocket())
        peer.advance(by: .minutes(5))
        #expect(peer.channel.isActive, "it waits for us")
        let turn = peer.service.turn
        peer.service.turn = nil
        turn?.succeed()
        #expect(try peer.responses().count == 38)
        #expect(peer.service.turns == 2)
        #expect(peer.readReachesSocket())
    }

    @Test("An association that ends while others have their turn does nothing more")
    func endsInBetween() throws {
        let peer = try EmbeddedPeer.associated()
        peer.service.turn = peer.channel.eventLoop.makePromise()
        try peer.channel.writeInbound(Self.echoes(40))
        #expect(try peer.responses().count == 32)
        try peer.close()
        peer.service.turn?.succeed()
        #expect(peer.service.summaries.count == 1)
        #expect(peer.service.turns == 1)
    }

    @Test("A long A-ASSOCIATE-RQ has a turn of its own when it is complete")
    func longRequest() throws {
        let peer = try EmbeddedPeer()
        peer.service.turn = peer.channel.eventLoop.makePromise()
        var request = Samples.request
        request.presentationContexts = (0..<64).map { number in
            ProposedPresentationContext(
                id: UInt8(number * 2 + 1), abstractSyntax: SOPClass.ctImageStorage,
                transferSyntaxes: (0..<20).map { "1.2.840.10008.1.2.4.\($0)" })
        }
        var bytes = Samples.encoded(.associateRQ(request))
        try peer.channel.writeInbound(bytes.readSlice(length: bytes.readableBytes - 1))
        #expect(peer.service.turns == 0)
        try peer.channel.writeInbound(bytes)
        #expect(peer.service.turns == 1)
        #expect(peer.service.decisions == 0)
        peer.service.turn?.succeed()
        #expect(peer.service.decisions == 1)
        #expect(peer.service.turns == 1)
    }

    @Test("An outcome that ends the association is answered before the A-ABORT")
    func endsAssociation() throws {
        let peer = try EmbeddedPeer.associated()
        let outcome = peer.channel.eventLoop.makePromise(of: OperationOutcome.self)
        peer.service.prepare = { $0.outcome = outcome }
        try peer.send(Samples.data(Samples.value(Samples.storeCommand()), Samples.value([1, 2])))
        outcome.succeed(OperationOutcome(status: .cannotUnderstand, endsAssociation: true))
        let answers = try peer.answers()
        #expect(answers.count == 2)
        guard case .dataTF = answers.first, answers.last == .abort(.serviceUser) else {
            Issue.record("got \(answers)")
            return
        }
        try peer.close()
        #expect(peer.service.summaries.first?.end == .abortedByUs(.notWanted))
        #expect(peer.service.summaries.first?.failures == [.cannotUnderstand: 1])
    }

    @Test("A receiver that fails with PeerNotWanted has the association aborted")
    func notWanted() throws {
        let peer = try EmbeddedPeer.associated()
        let delivery = peer.channel.eventLoop.makePromise(of: Void.self)
        peer.service.prepare = { $0.delivery = delivery }
        try peer.send(
            Samples.data(Samples.value(Samples.storeCommand()), Samples.value([1, 2], isLast: false)))
        delivery.fail(PeerNotWanted())
        #expect(try peer.answers() == [.abort(.serviceUser)])
        #expect(peer.service.receivers.first?.events.last == .cancelled)
        try peer.close()
        #expect(peer.service.summaries.first?.end == .abortedByUs(.notWanted))
    }

    @Test("Waits for us inside an unfinished P-DATA-TF do not excuse the peer's own silence")
    func slowInsidePDU() throws {
        let peer = try EmbeddedPeer.associated()
        try peer.send(Samples.data(Samples.value(Samples.storeCommand())))
        let data = Samples.encoded(Samples.data(Samples.value([UInt8](repeating: 0, count: 1000))))
        try peer.send(bytes: Array(data.readableBytesView.prefix(100)))
        let receiver = try #require(peer.service.receivers.first)
        peer.advance(by: .seconds(50))
        let delivery = peer.channel.eventLoop.makePromise(of: Void.self)
        receiver.delivery = delivery
        try peer.send(bytes: [UInt8](repeating: 0, count: 100))
        peer.advance(by: .seconds(5))
        delivery.succeed()
        peer.advance(by: .seconds(9))
        #expect(try peer.answers() == [])
        peer.advance(by: .seconds(1))
        #expect(try peer.answers() == [.abort(.serviceUser)])
        try peer.close()
        #expect(peer.service.summaries.first?.end == .timedOut(.dimse))
    }

    // MARK: The connection among others

    private func connected(
        _ connection: Connection, service: ScriptedService = ScriptedService()
    ) throws -> EmbeddedChannel {
        let channel = EmbeddedChannel()
        try channel.pipeline.syncOperations.addHandler(
            AssociationHandler(service: service, connection: connection, id: "test"))
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 104)).wait()
        return channel
    }

    @Test("The memory of an incomplete request is reported, and nothing after the association is accepted")
    func requestBytes() throws {
        let connection = Connection()
        let channel = try connected(connection)
        var bytes = Samples.encoded(.associateRQ(Samples.request))
        let count = bytes.readableBytes
        try channel.writeInbound(bytes.readSlice(length: 10))
        try channel.writeInbound(bytes.readSlice(length: 5))
        #expect(connection.requestBytes == [10, 16])
        #expect(!connection.isAssociation)
        try channel.writeInbound(bytes)
        #expect(connection.requestBytes == [10, 16, 0], "of \(count)")
        #expect(connection.isAssociation)
        try channel.writeInbound(ByteBuffer(bytes: [4, 0, 0]))
        #expect(connection.requestBytes.count == 3)
    }

    @Test("Bytes left by a peer that ended its side are reported until they are processed")
    func bytesLeftBehind() throws {
        let connection = Connection()
        let service = ScriptedService()
        let channel = try connected(connection, service: service)
        service.prepare = { $0.outcome = channel.eventLoop.makePromise() }
        try channel.writeInbound(Samples.encoded(.associateRQ(Samples.request)))
        let message = Samples.encoded(
            Samples.data(Samples.value(Samples.storeCommand()), Samples.value([UInt8](repeating: 1, count: 1000))))
        try channel.writeInbound(message)
        try channel.writeInbound(message)
        #expect(connection.requestBytes.last == 0, "the socket could have held it")
        channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        #expect(try #require(connection.requestBytes.last) >= message.readableBytes)
        service.receivers.first?.outcome?.succeed(OperationOutcome(status: .success))
        #expect(connection.requestBytes.last == 0)
    }

    @Test("A complete request counts until it is decided on")
    func requestBeingDecidedOn() throws {
        let connection = Connection()
        let service = ScriptedService()
        let channel = try connected(connection, service: service)
        service.decisionGate = channel.eventLoop.makePromise()
        let bytes = Samples.encoded(.associateRQ(Samples.request))
        try channel.writeInbound(bytes)
        #expect(connection.requestBytes == [bytes.readableBytes])
        service.decisionGate?.succeed()
        #expect(connection.requestBytes == [bytes.readableBytes, 0])
    }

    @Test("An association is silent since its last bytes, but not while it waits for us")
    func silence() throws {
        let connection = Connection()
        let service = ScriptedService()
        let channel = try connected(connection, service: service)
        channel.embeddedEventLoop.advanceTime(by: .seconds(7))
        try channel.writeInbound(Samples.encoded(.associateRQ(Samples.request)))
        #expect(connection.silentSince == channel.embeddedEventLoop.now)
        let outcome = channel.eventLoop.makePromise(of: OperationOutcome.self)
        service.prepare = { $0.outcome = outcome }
        try channel.writeInbound(
            Samples.encoded(Samples.data(Samples.value(Samples.storeCommand()), Samples.value([1, 2]))))
        #expect(connection.silentSince == .distantFuture)
        channel.embeddedEventLoop.advanceTime(by: .seconds(60))
        outcome.succeed(OperationOutcome(status: .success))
        #expect(connection.silentSince == channel.embeddedEventLoop.now)
    }

    @Test("A displaced connection is aborted and closed at once; one that sent nothing is only closed")
    func displaced() throws {
        for says in [[], [1, 0, 0]] as [[UInt8]] {
            let channel = try connected(Connection())
            if !says.isEmpty { try channel.writeInbound(ByteBuffer(bytes: says)) }
            channel.pipeline.fireUserInboundEventTriggered(AssociationHandler.Displace(.connections))
            #expect(!channel.isActive)
            let abort = try channel.readOutbound(as: ByteBuffer.self).map { Array($0.readableBytesView) }
            #expect(abort == (says.isEmpty ? nil : [7, 0, 0, 0, 0, 4, 0, 0, 0, 0]))
        }
    }

    @Test(
        "A second A-ASSOCIATE-RQ, or an A-ASSOCIATE-AC, is aborted before its body arrives if it is long",
        arguments: [1, 2])
    func unusedPDU(type: UInt8) throws {
        let channel = try connected(Connection())
        try channel.writeInbound(Samples.encoded(.associateRQ(Samples.request)))
        _ = try channel.readOutbound(as: ByteBuffer.self)
        try channel.writeInbound(ByteBuffer(bytes: [type, 0, 0, 0, 0x10, 0x01]))
        let abort = try channel.readOutbound(as: ByteBuffer.self).map { Array($0.readableBytesView) }
        #expect(abort == [7, 0, 0, 0, 0, 4, 0, 0, 2, 6])
    }
}
