// SPDX-License-Identifier: Apache-2.0

import DICOM
import DICOMNetwork
import NIOCore
import NIOEmbedded
import Testing

/// A peer that ends its side of the connection, as `shutdown(SHUT_WR)` does, or all of it.
@Suite("Half-closure")
struct HalfClosureTests {
    private static let store = Samples.data(Samples.value(Samples.storeCommand()), Samples.value([1, 2]))
    private static let begun = Samples.data(
        Samples.value(Samples.storeCommand()), Samples.value([1, 2], isLast: false))

    /// A peer whose instance receiver completes nothing until the test does.
    private static func storing(_ pdu: PDU) throws -> EmbeddedPeer {
        let peer = try EmbeddedPeer.associated()
        peer.service.prepare = { receiver in
            receiver.outcome = peer.channel.eventLoop.makePromise()
            receiver.delivery = peer.channel.eventLoop.makePromise()
        }
        try peer.send(pdu)
        return peer
    }

    @Test("A peer that ends its side after a data set is answered, then the connection is closed")
    func answered() throws {
        let peer = try Self.storing(Self.store)
        peer.service.receivers[0].delivery?.succeed()
        peer.endInput()
        #expect(peer.channel.isActive)
        peer.advance(by: .minutes(10))
        #expect(peer.channel.isActive, "it waits for us")
        peer.service.receivers[0].outcome?.succeed(OperationOutcome(status: .success))
        #expect(try peer.responses().map { try $0.uint16(.status) } == [0])
        #expect(!peer.channel.isActive)
        #expect(peer.service.summaries.map(\.end) == [.halfClosed])
        #expect(peer.service.summaries.map(\.instancesStored) == [1])
    }

    @Test("Bytes received before the end are still processed: the last fragment, the next message, a release")
    func undecoded() throws {
        let peer = try Self.storing(Self.begun)
        try peer.send(Samples.data(Samples.value([3, 4])), Self.store, .releaseRQ)
        peer.endInput()
        #expect(peer.channel.isActive)
        peer.service.prepare = { _ in }
        peer.service.receivers[0].delivery?.succeed()
        peer.service.receivers[0].outcome?.succeed(OperationOutcome(status: .success))
        #expect(peer.service.receivers.map(\.dataSet.readableBytes) == [4, 2])
        #expect(try peer.answers().map(\.type) == [.dataTF, .dataTF, .releaseRP])
        #expect(!peer.channel.isActive)
        #expect(peer.service.summaries.map(\.end) == [.released])
    }

    @Test("Between messages, before a request or inside a request the connection is closed at once")
    func atOnce() throws {
        let idle = try EmbeddedPeer.associated()
        idle.endInput()
        let silent = try EmbeddedPeer()
        silent.endInput()
        let unfinished = try EmbeddedPeer()
        try unfinished.send(bytes: [1, 0, 0])
        unfinished.endInput()
        for peer in [idle, silent, unfinished] {
            #expect(!peer.channel.isActive)
            #expect(try peer.answers().isEmpty)
        }
        #expect(idle.service.summaries.map(\.end) == [.connectionLost])
        #expect(silent.service.summaries.isEmpty)
        #expect(unfinished.service.summaries.map(\.end) == [.connectionLost])
    }

    @Test("A data set without its end is given up at once, even while the application takes a fragment")
    func cutShort() throws {
        let peer = try Self.storing(Self.begun)
        try peer.send(Samples.data(Samples.value([3, 4], isLast: false)))
        peer.endInput()
        #expect(!peer.channel.isActive)
        #expect(peer.service.receivers[0].events.last == .cancelled)
        #expect(peer.service.summaries.map(\.end) == [.connectionLost])
    }

    @Test("After an unread A-ABORT the connection is closed at once")
    func aborted() throws {
        let peer = try Self.storing(Self.begun)
        try peer.send(Samples.data(Samples.value([3, 4])), .abort(.serviceUser))
        peer.endInput()
        #expect(!peer.channel.isActive)
        #expect(peer.service.receivers[0].events.last == .cancelled)
        #expect(peer.service.summaries.map(\.end) == [.abortedByPeer(.serviceUser)])
    }

    @Test("While a request is decided on, a message after it keeps the connection; without one it is closed")
    func undecided() throws {
        for hasMessage in [true, false] {
            let peer = try EmbeddedPeer()
            peer.service.decisionGate = peer.channel.eventLoop.makePromise()
            try peer.send(.associateRQ(Samples.request))
            if hasMessage { try peer.send(Self.store) }
            peer.endInput()
            #expect(peer.channel.isActive == hasMessage)
            peer.service.decisionGate?.succeed()
            #expect(try peer.answers().map(\.type) == (hasMessage ? [.associateAC, .dataTF] : []))
            #expect(!peer.channel.isActive)
            #expect(peer.service.accepted.count == (hasMessage ? 1 : 0))
        }
    }

    @Test("After our own abort the connection is closed without waiting for ARTIM")
    func afterAbort() throws {
        let peer = try EmbeddedPeer.associated()
        try peer.send(bytes: [0xFF])
        #expect(try peer.answers().map(\.type) == [.abort])
        #expect(peer.channel.isActive)
        peer.endInput()
        #expect(!peer.channel.isActive)
    }

    @Test("ARTIM limits the wait for a peer that does not take its answer")
    func answerNotTaken() throws {
        let peer = try Self.storing(Self.store)
        peer.service.receivers[0].delivery?.succeed()
        peer.endInput()
        peer.holdWrites()
        peer.service.receivers[0].outcome?.succeed(OperationOutcome(status: .success))
        peer.advance(by: .seconds(29))
        #expect(peer.channel.isActive)
        peer.advance(by: .seconds(2))
        #expect(!peer.channel.isActive)
    }
}
