// SPDX-License-Identifier: Apache-2.0

import DICOM
import DICOMNetwork
import NIOCore
import Testing

@Suite("C-STORE on an association")
struct StoreTests {
    static func status(_ command: CommandSet) throws -> DIMSEStatus {
        DIMSEStatus(rawValue: try command.uint16(.status))
    }

    @Test("A command and its data set in one PDU arrive, and the response is one write")
    func onePDU() throws {
        let peer = try EmbeddedPeer.associated()
        try peer.send(Samples.data(Samples.value(Samples.storeCommand()), Samples.value([1, 2, 3])))
        let receiver = try #require(peer.service.receivers.first)
        #expect(receiver.events == [.fragment([1, 2, 3]), .finished])
        #expect(receiver.request?.transferSyntax == .explicitVRLittleEndian)
        let writes = try peer.writes()
        #expect(writes.count == 1)
        var bytes = try #require(writes.first)
        var decoder = PDUDecoder()
        guard case .dataTF(let data) = try decoder.decode(buffer: &bytes), let value = data.values.first else {
            Issue.record("no P-DATA-TF")
            return
        }
        #expect(value.contextID == Samples.storageContext && value.isCommand && value.isLast)
        let response = try CStoreResponse(CommandSet(decoding: value.fragment))
        #expect(response.status == .success)
        #expect(response.messageIDBeingRespondedTo == 7)
        #expect(response.affectedSOPInstanceUID.value == "1.2.3.4")
        #expect(response.affectedSOPClassUID.value == SOPClass.ctImageStorage)
    }

    @Test("Bytes may arrive in pieces of any size", arguments: [1, 2, 5, 100])
    func pieces(_ size: Int) throws {
        let peer = try EmbeddedPeer.associated()
        let message = Samples.encoded(
            Samples.data(Samples.value(Samples.storeCommand())), Samples.data(Samples.value([1, 2], isLast: false)),
            Samples.data(Samples.value([], isLast: false), Samples.value([3], isLast: false)),
            Samples.data(Samples.value([])))
        var rest = Array(message.readableBytesView)[...]
        while !rest.isEmpty {
            try peer.send(bytes: Array(rest.prefix(size)))
            rest = rest.dropFirst(size)
        }
        let events = try #require(peer.service.receivers.first).events
        let bytes = events.flatMap { if case .fragment(let bytes) = $0 { bytes } else { [UInt8]() } }
        #expect(bytes == [1, 2, 3])
        #expect(events.last == .finished)
        #expect(try peer.responses().map(Self.status) == [.success])
    }

    @Test("The received part of a P-DATA-TF is handed on before its rest arrives")
    func beforeTheRest() throws {
        let peer = try EmbeddedPeer.associated()
        let message = Samples.encoded(Samples.data(Samples.value(Samples.storeCommand()), Samples.value([1, 2, 3])))
        try peer.send(bytes: Array(message.readableBytesView.dropLast()))
        #expect(peer.service.receivers.first?.events == [.fragment([1, 2])])
        try peer.send(bytes: [3])
        #expect(peer.service.receivers.first?.events == [.fragment([1, 2]), .fragment([3]), .finished])
    }

    @Test("A read buffer is not kept: an incomplete header in it is copied")
    func sharedBuffer() throws {
        let peer = try EmbeddedPeer.associated()
        let message = Samples.encoded(Samples.data(Samples.value(Samples.storeCommand()), Samples.value([1, 2, 3])))
        var buffer = message
        buffer.writeBytes([4, 0])
        try peer.channel.writeInbound(buffer)
        #expect(buffer.modifyIfUniquelyOwned { $0.clear() } != nil)
        try peer.send(bytes: Array(message.readableBytesView.dropFirst(2)))
        #expect(try peer.responses().map(Self.status) == [.success, .success])
    }

    @Test("Several messages in one PDU are answered in order")
    func severalMessages() throws {
        let peer = try EmbeddedPeer.associated()
        try peer.send(
            Samples.data(
                Samples.value(Samples.storeCommand(messageID: 1)), Samples.value([1]),
                Samples.value(Samples.storeCommand(messageID: 2)), Samples.value([2])))
        #expect(try peer.responses().map { try $0.uint16(.messageIDBeingRespondedTo) } == [1, 2])
    }

    @Test("A message sent before the previous answer waits, unread, for that answer")
    func outcomePending() throws {
        let peer = try EmbeddedPeer.associated()
        peer.service.prepare = { $0.outcome = peer.channel.eventLoop.makePromise() }
        try peer.send(
            Samples.data(Samples.value(Samples.storeCommand(messageID: 1)), Samples.value([1])),
            Samples.data(Samples.value(Samples.storeCommand(messageID: 2)), Samples.value([2])))
        #expect(peer.service.receivers.count == 1)
        #expect(!peer.readReachesSocket())
        peer.service.receivers.first?.outcome?.succeed(OperationOutcome(status: .success))
        #expect(peer.service.receivers.count == 2)
        #expect(try peer.responses().map { try $0.uint16(.messageIDBeingRespondedTo) } == [1])
        peer.service.receivers.last?.outcome?.succeed(OperationOutcome(status: .outOfResources, errorComment: "later"))
        let response = try #require(try peer.responses().first)
        #expect(try Self.status(response) == .outOfResources)
        #expect(response.text(.errorComment) == "later")
        #expect(peer.readReachesSocket())
    }

    @Test("While a fragment is being taken nothing else is processed, and reading resumes by itself afterwards")
    func backPressure() throws {
        let peer = try EmbeddedPeer.associated()
        peer.service.prepare = { $0.delivery = peer.channel.eventLoop.makePromise() }
        try peer.send(
            Samples.data(Samples.value(Samples.storeCommand()), Samples.value([1], isLast: false)),
            Samples.data(Samples.value([2])))
        let receiver = try #require(peer.service.receivers.first)
        #expect(receiver.events == [.fragment([1])])
        #expect(!peer.readReachesSocket())
        let reads = peer.readCount
        receiver.delivery?.succeed()
        #expect(receiver.events == [.fragment([1]), .fragment([2]), .finished])
        #expect(peer.readCount == reads + 1)
        #expect(try peer.responses().map(Self.status) == [.success])
    }

    @Test("A receiver that fails gets no more fragments, and gives the status at the end of the data set")
    func deliveryFails() throws {
        struct Full: Error {}
        let peer = try EmbeddedPeer.associated()
        peer.service.prepare = {
            $0.delivery = peer.channel.eventLoop.makePromise()
            $0.outcome = peer.channel.eventLoop.makePromise()
        }
        try peer.send(Samples.data(Samples.value(Samples.storeCommand()), Samples.value([1], isLast: false)))
        let receiver = try #require(peer.service.receivers.first)
        receiver.delivery?.fail(Full())
        try peer.send(Samples.data(Samples.value([2], isLast: false), Samples.value([3])))
        #expect(receiver.events == [.fragment([1]), .finished])
        receiver.outcome?.succeed(OperationOutcome(status: .outOfResources))
        #expect(try peer.responses().map(Self.status) == [.outOfResources])
    }

    @Test("A refused instance is read to its end before it is answered, and the association continues")
    func refused() throws {
        let peer = try EmbeddedPeer.associated()
        peer.service.refusal = (.outOfResources, "Full")
        try peer.send(Samples.data(Samples.value(Samples.storeCommand()), Samples.value([1], isLast: false)))
        #expect(try peer.responses().isEmpty)
        try peer.send(Samples.data(Samples.value([2])))
        let response = try #require(try peer.responses().first)
        #expect(try Self.status(response) == .outOfResources)
        #expect(response.text(.errorComment) == "Full")
        peer.service.refusal = nil
        try peer.send(Samples.data(Samples.value(Samples.storeCommand()), Samples.value([1])))
        #expect(try peer.responses().map(Self.status) == [.success])
        try peer.close()
        let summary = try #require(peer.service.summaries.first)
        #expect(summary.instancesStored == 1 && summary.instancesFailed == 1)
    }

    @Test(
        "An incomplete instance is cancelled when the association ends",
        arguments: [
            (PDU.abort(.serviceUser), AssociationEnd.abortedByPeer(.serviceUser)), (.releaseRQ, .released),
            (
                Samples.data(Samples.value([1], context: 1)),
                .abortedByUs(.message(.contextChanged(from: 3, to: 1)))
            ),
        ])
    func cutShort(_ pdu: PDU, _ end: AssociationEnd) throws {
        let peer = try EmbeddedPeer.associated()
        try peer.send(Samples.data(Samples.value(Samples.storeCommand()), Samples.value([1], isLast: false)))
        try peer.send(pdu)
        #expect(peer.service.receivers.first?.events == [.fragment([1]), .cancelled])
        if peer.channel.isActive { try peer.close() }
        let summary = try #require(peer.service.summaries.first)
        #expect(summary.end == end)
        #expect(summary.instancesFailed == 1)
        #expect(summary.bytes == 1)
    }

    @Test("A lost connection cancels the instance, even while a fragment is being taken")
    func connectionLost() throws {
        let peer = try EmbeddedPeer.associated()
        peer.service.prepare = { $0.delivery = peer.channel.eventLoop.makePromise() }
        try peer.send(Samples.data(Samples.value(Samples.storeCommand()), Samples.value([1])))
        try peer.close()
        let receiver = try #require(peer.service.receivers.first)
        receiver.delivery?.succeed()
        #expect(receiver.events == [.fragment([1]), .cancelled])
        #expect(peer.service.summaries.map(\.end) == [.connectionLost])
    }

    @Test("A complete instance is finished although the connection is lost, and the summary waits for it")
    func connectionLostAfterwards() throws {
        let peer = try EmbeddedPeer.associated()
        peer.service.prepare = { $0.outcome = peer.channel.eventLoop.makePromise() }
        try peer.send(Samples.data(Samples.value(Samples.storeCommand()), Samples.value([1])))
        try peer.close()
        let receiver = try #require(peer.service.receivers.first)
        #expect(receiver.events == [.fragment([1]), .finished])
        #expect(peer.service.summaries.isEmpty)
        receiver.outcome?.succeed(OperationOutcome(status: .success))
        #expect(peer.service.summaries.map(\.instancesStored) == [1])
    }

    @Test("A sender that aborts before the outcome is known is reported as such, not as a lost connection")
    func abortedMeanwhile() throws {
        let peer = try EmbeddedPeer.associated()
        peer.service.prepare = { $0.outcome = peer.channel.eventLoop.makePromise() }
        try peer.send(Samples.data(Samples.value(Samples.storeCommand()), Samples.value([1])))
        try peer.send(.abort(.serviceUser))
        try peer.close()
        peer.service.receivers.first?.outcome?.succeed(OperationOutcome(status: .success))
        #expect(peer.service.summaries.map(\.end) == [.abortedByPeer(.serviceUser)])
    }

    @Test(
        "A C-STORE-RQ that is not valid is refused without asking the application",
        arguments: [
            (SOPClass.ctImageStorage, "../1", Samples.storageContext, DIMSEStatus.invalidSOPInstance),
            ("x", "1.2.3", Samples.storageContext, .mistypedArgument),
            (SOPClass.ctImageStorage, "1.2.3", Samples.verificationContext, .sopClassNotSupported),
        ])
    func wrongRequest(_ sopClass: String, _ instance: String, _ context: UInt8, _ status: DIMSEStatus) throws {
        let peer = try EmbeddedPeer.associated()
        var command = Samples.storeCommand(instance: instance)
        command.set(.affectedSOPClassUID, uid: sopClass)
        try peer.send(
            Samples.data(Samples.value(command, context: context), Samples.value([1, 2], context: context)))
        #expect(try peer.responses().map(Self.status) == [status])
        #expect(peer.service.receivers.isEmpty)
    }

    @Test("Responses stay within the peer's maximum length", arguments: [7, 8, 21, 50, 1 << 20] as [UInt32])
    func maximumLength(_ maximum: UInt32) throws {
        let peer = try EmbeddedPeer.associated(maximumLength: maximum)
        try peer.send(Samples.data(Samples.value(Samples.storeCommand()), Samples.value([1])))
        let writes = try peer.writes()
        #expect(writes.count == 1)
        var bytes = try #require(writes.first)
        var decoder = PDUDecoder()
        var command = ByteBuffer()
        while case .dataTF(let data) = try decoder.decode(buffer: &bytes) {
            #expect(data.values.reduce(0) { $0 + 6 + $1.fragment.readableBytes } <= Int(maximum))
            for value in data.values {
                // PS3.8 §E.1, if the maximum allows two bytes.
                #expect(maximum == 7 || value.fragment.readableBytes.isMultiple(of: 2))
                command.writeImmutableBuffer(value.fragment)
            }
        }
        #expect(try CStoreResponse(CommandSet(decoding: command)).status == .success)
    }

    @Test("A maximum length too short for any PDV is ignored")
    func meaninglessMaximumLength() throws {
        let peer = try EmbeddedPeer.associated(maximumLength: 1)
        try peer.send(Samples.data(Samples.value(Samples.storeCommand()), Samples.value([1])))
        #expect(try peer.answers().count == 1)
    }
}
