// SPDX-License-Identifier: Apache-2.0

import DICOM
import NIOCore
import Testing

@testable import DICOMNetwork

/// Requests of ours on an association that the peer opened.
@Suite("Notifications")
struct NotificationTests {
    /// What became of a request.
    private final class Answer {
        var result: Result<DIMSEStatus, any Error>?

        var status: UInt16? { try? result?.get().rawValue }
        var failure: NotificationFailure? {
            if case .failure(let error) = result { error as? NotificationFailure } else { nil }
        }
    }

    /// A message of ours: its command and its data set.
    private struct Message {
        let messageID: UInt16
        let dataSet: [UInt8]
    }

    private static func notify(_ peer: EmbeddedPeer, _ dataSet: [UInt8] = [1, 2]) -> Answer {
        let answer = Answer()
        peer.handler.notify(
            Samples.eventReport, on: Samples.commitmentContext, dataSet: ByteBuffer(bytes: dataSet)
        ).assumeIsolated().whenComplete { answer.result = $0 }
        return answer
    }

    /// The PDVs sent to the peer since the last call, which must be a whole message of ours each.
    private static func messages(_ peer: EmbeddedPeer) throws -> [Message] {
        var assembler = MessageAssembler()
        var messages: [Message] = []
        var command: CommandSet?
        var dataSet: [UInt8] = []
        for case .dataTF(let data) in try peer.answers() {
            for value in data.values {
                switch try assembler.receive(value) {
                case .incomplete: break
                case .command(let found, _):
                    command = found
                    dataSet = []
                case .data(let fragment, let isLast):
                    dataSet += Array(fragment.readableBytesView)
                    guard isLast else { continue }
                    #expect(try command?.uint16(.commandField) == 0x0100)
                    #expect(try command?.uint16(.eventTypeID) == 1)
                    #expect(try command?.uid(.affectedSOPClassUID).value == SOPClass.storageCommitmentPushModel)
                    messages.append(Message(messageID: try #require(try command?.uint16(.messageID)), dataSet: dataSet))
                }
            }
        }
        return messages
    }

    private static func answer(_ peer: EmbeddedPeer, _ messageID: UInt16, status: UInt16 = 0) throws {
        try peer.send(
            Samples.data(
                Samples.value(Samples.eventAnswer(to: messageID, status: status), context: Samples.commitmentContext)))
    }

    @Test("A request is sent when the association was quiet for a moment, and its answer is returned")
    func sent() throws {
        let peer = try EmbeddedPeer.committing()
        let answer = Self.notify(peer)
        #expect(try Self.messages(peer).isEmpty)
        peer.advance(by: .milliseconds(499))
        #expect(try Self.messages(peer).isEmpty)
        peer.advance(by: .milliseconds(1))
        let messages = try Self.messages(peer)
        #expect(messages.map(\.dataSet) == [[1, 2]])
        #expect(answer.result == nil)
        try Self.answer(peer, messages[0].messageID, status: 0x0110)
        #expect(answer.status == 0x0110)
        try peer.send(.releaseRQ)
        #expect(try peer.answers() == [.releaseRP])
    }

    @Test("The application learns of the association, and its summary counts what the peer took")
    func summary() throws {
        let peer = try EmbeddedPeer.committing()
        #expect(peer.service.notifiers.count == 1)
        try peer.send(
            Samples.data(
                Samples.value(try Samples.actionCommand(), context: Samples.commitmentContext),
                Samples.value([1], context: Samples.commitmentContext)))
        #expect(try peer.responses().map { try $0.uint16(.commandField) } == [0x8130])
        let answer = Self.notify(peer)
        peer.advance(by: .seconds(1))
        try Self.answer(peer, try Self.messages(peer)[0].messageID)
        #expect(answer.status == 0)
        try peer.send(.releaseRQ)
        try peer.close()
        #expect(peer.service.summaries.map(\.actions) == [1])
        #expect(peer.service.summaries.map(\.notifications) == [1])
        #expect(peer.service.summaries.map(\.instancesFailed) == [0])
    }

    @Test("The data set of an action that is given up does not count as an instance")
    func actionGivenUp() throws {
        let peer = try EmbeddedPeer.committing()
        try peer.send(
            Samples.data(
                Samples.value(try Samples.actionCommand(), context: Samples.commitmentContext),
                Samples.value([1], context: Samples.commitmentContext, isLast: false)))
        try peer.close()
        #expect(peer.service.receivers.map(\.events) == [[.fragment([1]), .cancelled]])
        #expect(peer.service.summaries.map(\.instancesFailed) == [0])
        #expect(peer.service.summaries.map(\.bytes) == [0])
    }

    @Test("One request at a time, with message IDs of their own")
    func oneAtATime() throws {
        let peer = try EmbeddedPeer.committing()
        let answers = [Self.notify(peer, [1]), Self.notify(peer, [2])]
        peer.advance(by: .seconds(1))
        let first = try Self.messages(peer)
        #expect(first.map(\.dataSet) == [[1]])
        peer.advance(by: .seconds(10))
        #expect(try Self.messages(peer).isEmpty)
        try Self.answer(peer, first[0].messageID)
        peer.advance(by: .seconds(1))
        let second = try Self.messages(peer)
        #expect(second.map(\.dataSet) == [[2]])
        #expect(second[0].messageID != first[0].messageID)
        try Self.answer(peer, second[0].messageID)
        #expect(answers.map(\.status) == [0, 0])
    }

    @Test("It is cut to the peer's maximum length, in pieces", arguments: [7, 128, 16384, nil] as [UInt32?])
    func cut(_ maximumLength: UInt32?) throws {
        let peer = try EmbeddedPeer.committing(maximumLength: maximumLength)
        let dataSet = (0..<50_000).map { UInt8(truncatingIfNeeded: $0) }
        let answer = Self.notify(peer, dataSet)
        peer.advance(by: .seconds(1))
        var bytes = ByteBuffer()
        let writes = try peer.writes()
        for write in writes { bytes.writeImmutableBuffer(write) }
        // The command and the first piece, and the other pieces.
        #expect(writes.count == 4)
        var decoder = PDUDecoder()
        var sent: [UInt8] = []
        while case .dataTF(let data)? = try decoder.decode(buffer: &bytes) {
            for value in data.values {
                if let maximumLength { #expect(value.fragment.readableBytes + 6 <= maximumLength) }
                if !value.isCommand { sent += Array(value.fragment.readableBytesView) }
            }
        }
        #expect(sent == dataSet)
        try Self.answer(peer, 1)
        #expect(answer.status == 0)
    }

    @Test("A request waits until a message has been received whole and answered")
    func afterMessage() throws {
        let peer = try EmbeddedPeer.committing()
        try peer.send(Samples.data(Samples.value(Samples.storeCommand()), Samples.value([1], isLast: false)))
        let answer = Self.notify(peer)
        peer.advance(by: .seconds(10))
        #expect(try Self.messages(peer).isEmpty)
        try peer.send(Samples.data(Samples.value([2])))
        #expect(try peer.responses().count == 1)
        peer.advance(by: .milliseconds(400))
        #expect(try Self.messages(peer).isEmpty, "the peer is still at work on our response")
        peer.advance(by: .milliseconds(100))
        #expect(try Self.messages(peer).count == 1)
        try Self.answer(peer, 1)
        #expect(answer.status == 0)
    }

    @Test("While it is sent and not answered, the peer's messages are received; their responses come after it")
    func meanwhile() throws {
        let peer = try EmbeddedPeer.committing()
        let answer = Self.notify(peer)
        peer.holdWrites()
        peer.advance(by: .seconds(1))
        try peer.send(Samples.data(Samples.value(Samples.storeCommand()), Samples.value([1, 2, 3])))
        #expect(peer.service.receivers.map(\.events) == [[.fragment([1, 2, 3]), .finished]])
        peer.releaseWrites()
        // The rest of our request, then the response.
        let fields = try peer.commandFields()
        #expect(fields == [0x0100, 0x8001])
        // Both are under way: the order of the peer's messages is its own.
        try peer.send(Samples.data(Samples.value(Samples.storeCommand(messageID: 8)), Samples.value([4])))
        try Self.answer(peer, 1)
        #expect(try peer.commandFields() == [0x8001])
        #expect(answer.status == 0)
    }

    @Test("While it is sent, a peer without answers is not read without limit")
    func bounded() throws {
        let peer = try EmbeddedPeer.committing()
        _ = Self.notify(peer)
        peer.holdWrites()
        peer.advance(by: .seconds(1))
        for number in 0..<3 {
            try peer.send(
                Samples.data(Samples.value(Samples.storeCommand(messageID: UInt16(number))), Samples.value([1])))
        }
        // One operation at a time was negotiated.
        #expect(peer.service.receivers.count == 1)
        #expect(!peer.readReachesSocket())
        peer.releaseWrites()
        #expect(peer.service.receivers.count == 3)
    }

    @Test("An event reply is dropped")
    func reply() throws {
        let peer = try EmbeddedPeer.committing()
        let answer = Self.notify(peer)
        peer.advance(by: .seconds(1))
        let command = Samples.value(Samples.eventAnswer(to: 1, hasReply: true), context: Samples.commitmentContext)
        try peer.send(
            Samples.data(command, Samples.value([1], context: Samples.commitmentContext, isLast: false)))
        #expect(answer.result == nil)
        try peer.send(Samples.data(Samples.value([2], context: Samples.commitmentContext)))
        #expect(answer.status == 0)
    }

    @Test(
        "An answer that does not fit is not taken: we abort",
        arguments: [
            (UInt16(2), Samples.commitmentContext, CommandField.nEventReportRSP, true),
            (1, Samples.storageContext, .nEventReportRSP, true), (1, Samples.commitmentContext, .cStoreRSP, true),
            (1, Samples.commitmentContext, .nEventReportRSP, false),
        ])
    func unfit(_ messageID: UInt16, _ context: UInt8, _ field: CommandField, hasStatus: Bool) throws {
        let peer = try EmbeddedPeer.committing()
        let answer = Self.notify(peer)
        peer.advance(by: .seconds(1))
        _ = try peer.answers()
        var command = CommandSet()
        command.set(.commandField, field.rawValue)
        command.set(.messageIDBeingRespondedTo, messageID)
        command.set(.commandDataSetType, CommandSet.noDataSet)
        if hasStatus { command.set(.status, 0) }
        try peer.send(Samples.data(Samples.value(command, context: context)))
        #expect(try peer.answers().map(\.type) == [.abort])
        #expect(answer.failure == .associationEnded)
    }

    @Test("A second answer to the same request is unexpected")
    func twice() throws {
        let peer = try EmbeddedPeer.committing()
        _ = Self.notify(peer)
        peer.advance(by: .seconds(1))
        _ = try peer.answers()
        try Self.answer(peer, 1)
        try Self.answer(peer, 1)
        #expect(try peer.answers() == [.abort(.serviceUser)])
    }

    @Test("Without an answer in time it fails; the association goes on, without further requests")
    func unanswered() throws {
        let peer = try EmbeddedPeer.committing()
        let answers = [Self.notify(peer), Self.notify(peer)]
        peer.advance(by: .seconds(1))
        peer.advance(by: .seconds(60))
        #expect(answers.map(\.failure) == [.notAnswered, .notAnswered])
        #expect(Self.notify(peer).failure == .notAnswered)
        _ = try peer.answers()
        // The late answer does no harm.
        try Self.answer(peer, 1)
        try peer.send(Samples.data(Samples.value(Samples.storeCommand()), Samples.value([1])))
        #expect(try peer.commandFields() == [0x8001])
    }

    @Test("A peer that does not take it is aborted")
    func notTaken() throws {
        let peer = try EmbeddedPeer.committing()
        let answer = Self.notify(peer)
        peer.holdWrites()
        peer.advance(by: .seconds(1))
        peer.advance(by: .seconds(60))
        #expect(answer.failure == .associationEnded)
        try peer.close()
        #expect(peer.service.summaries.map(\.end) == [.timedOut(.notification)])
    }

    // MARK: Silence

    @Test("After an accepted action a peer may be silent for longer: it waits for the report")
    func silence() throws {
        func peer(acting: Bool) throws -> EmbeddedPeer {
            let peer = try EmbeddedPeer.committing()
            guard acting else { return peer }
            try peer.send(
                Samples.data(
                    Samples.value(try Samples.actionCommand(), context: Samples.commitmentContext),
                    Samples.value([1], context: Samples.commitmentContext)))
            return peer
        }
        let silent = try peer(acting: false)
        silent.advance(by: .seconds(91))
        #expect(try silent.answers() == [.abort(.serviceUser)])
        let waiting = try peer(acting: true)
        waiting.advance(by: .minutes(29))
        #expect(try waiting.answers().map(\.type) == [.dataTF])
        waiting.advance(by: .minutes(2))
        #expect(try waiting.answers() == [.abort(.serviceUser)])
    }

    @Test("The time of a report that is sent does not count as the peer's silence")
    func notSilent() throws {
        let peer = try EmbeddedPeer.committing()
        peer.advance(by: .seconds(60))
        peer.holdWrites()
        let answer = Self.notify(peer)
        peer.advance(by: .seconds(50))
        peer.releaseWrites()
        peer.advance(by: .seconds(50))
        try Self.answer(peer, 1)
        #expect(answer.status == 0)
    }

    // MARK: The end

    @Test("Release, abort, the end of the connection or of the peer's side fail it", arguments: 0..<4, [false, true])
    func ends(_ way: Int, isSent: Bool) throws {
        let peer = try EmbeddedPeer.committing()
        let answer = Self.notify(peer)
        if isSent { peer.advance(by: .seconds(1)) }
        switch way {
        case 0: try peer.send(.releaseRQ)
        case 1: try peer.send(.abort(.serviceUser))
        case 2: try peer.close()
        default: peer.endInput()
        }
        #expect(answer.failure == .associationEnded)
        #expect(Self.notify(peer).failure == .associationEnded)
        if way == 3 { #expect(!peer.channel.isActive) }
    }

    @Test("While draining, a request that was not begun fails, and one that was sent may be answered")
    func drain() throws {
        let waiting = try EmbeddedPeer.committing()
        let notBegun = Self.notify(waiting)
        DrainTests.drain(waiting)
        #expect(notBegun.failure == .shuttingDown)
        #expect(Self.notify(waiting).failure == .shuttingDown)

        let peer = try EmbeddedPeer.committing()
        let answer = Self.notify(peer)
        peer.advance(by: .seconds(1))
        DrainTests.drain(peer)
        peer.advance(by: .seconds(1))
        #expect(try peer.answers().allSatisfy { $0.type == .dataTF }, "we do not ask for release yet")
        try Self.answer(peer, 1)
        #expect(answer.status == 0)
        peer.advance(by: .zero)
        #expect(try peer.answers() == [.releaseRQ])
    }

    @Test("While draining, a peer that does not answer is asked for release after the grace")
    func drainUnanswered() throws {
        let peer = try EmbeddedPeer.committing()
        let answer = Self.notify(peer)
        peer.advance(by: .seconds(1))
        _ = try peer.answers()
        DrainTests.drain(peer)
        peer.advance(by: .seconds(5))
        #expect(answer.failure == .notAnswered)
        peer.advance(by: .zero)
        #expect(try peer.answers() == [.releaseRQ])
    }
}
