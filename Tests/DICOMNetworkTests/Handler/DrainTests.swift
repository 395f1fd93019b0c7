// SPDX-License-Identifier: Apache-2.0

import DICOM
import DICOMNetwork
import NIOCore
import Testing

@Suite("Draining an association")
struct DrainTests {
    static func drain(_ peer: EmbeddedPeer, releaseGrace: TimeAmount = .zero) {
        peer.channel.pipeline.fireUserInboundEventTriggered(AssociationHandler.Drain(releaseGrace: releaseGrace))
    }

    @Test("We ask for the release of an idle association, and close it when the peer confirms")
    func idle() throws {
        let peer = try EmbeddedPeer.associated()
        Self.drain(peer)
        peer.advance(by: .zero)
        #expect(try peer.answers() == [.releaseRQ])
        // A further message is not accepted.
        try peer.send(Samples.data(Samples.value(Samples.storeCommand()), Samples.value([1])))
        #expect(peer.service.receivers.isEmpty)
        try peer.send(.releaseRP)
        #expect(!peer.channel.isActive)
        #expect(peer.service.summaries.map(\.end) == [.releasedByUs])
    }

    @Test("A peer that does not answer our request for release is aborted")
    func unanswered() throws {
        let peer = try EmbeddedPeer.associated()
        Self.drain(peer)
        peer.advance(by: .seconds(5))
        #expect(try peer.answers() == [.releaseRQ, .abort(.serviceUser)])
        try peer.close()
        #expect(peer.service.summaries.map(\.end) == [.abortedByUs(.drained)])
    }

    @Test("If both sides ask for release, we answer after the peer's answer")
    func collision() throws {
        let peer = try EmbeddedPeer.associated()
        Self.drain(peer)
        peer.advance(by: .zero)
        try peer.send(.releaseRQ)
        #expect(try peer.answers() == [.releaseRQ])
        try peer.send(.releaseRP)
        #expect(try peer.answers() == [.releaseRP])
        try peer.close()
        #expect(peer.service.summaries.map(\.end) == [.released])
    }

    @Test("The instance in flight is finished and answered; a further message is aborted")
    func inFlight() throws {
        let peer = try EmbeddedPeer.associated()
        try peer.send(Samples.data(Samples.value(Samples.storeCommand()), Samples.value([1], isLast: false)))
        Self.drain(peer)
        #expect(try peer.answers().isEmpty)
        try peer.send(Samples.data(Samples.value([2]), Samples.value(Samples.storeCommand(messageID: 8))))
        let answers = try peer.answers()
        #expect(answers.count == 2)
        #expect(answers.last == .abort(.serviceUser))
        #expect(peer.service.receivers.map(\.events) == [[.fragment([1]), .fragment([2]), .finished]])
    }

    @Test("While draining, the close grace limits the wait for a peer, not ARTIM")
    func closeGrace() throws {
        let aborted = try EmbeddedPeer.associated()
        Self.drain(aborted)
        aborted.advance(by: .seconds(5))
        aborted.advance(by: .seconds(5))
        #expect(!aborted.channel.isActive)

        let released = try EmbeddedPeer.associated()
        try released.send(.releaseRQ)
        Self.drain(released)
        released.advance(by: .seconds(5))
        #expect(!released.channel.isActive)

        let halfAsked = try EmbeddedPeer()
        try halfAsked.send(bytes: [1, 0])
        Self.drain(halfAsked)
        halfAsked.advance(by: .seconds(5))
        #expect(!halfAsked.channel.isActive)
    }

    @Test("The peer may release within the grace; after it we ask for release")
    func grace() throws {
        let releasing = try EmbeddedPeer.associated()
        Self.drain(releasing, releaseGrace: .seconds(5))
        #expect(try releasing.answers().isEmpty)
        try releasing.send(.releaseRQ)
        #expect(try releasing.answers() == [.releaseRP])

        let silent = try EmbeddedPeer.associated()
        Self.drain(silent, releaseGrace: .seconds(5))
        silent.advance(by: .seconds(5))
        #expect(try silent.answers() == [.releaseRQ])
    }

    @Test("A request decided on after draining began is rejected as transient")
    func duringDecision() throws {
        let peer = try EmbeddedPeer()
        peer.service.decisionGate = peer.channel.eventLoop.makePromise()
        try peer.send(.associateRQ(Samples.request))
        Self.drain(peer)
        peer.service.decisionGate?.succeed()
        #expect(try peer.answers() == [.associateRJ(.localLimitExceeded)])
        #expect(peer.service.accepted.isEmpty)
    }

    @Test("An association that is cut off cancels its instance and reports the shutdown")
    func cutOff() throws {
        let peer = try EmbeddedPeer.associated()
        try peer.send(Samples.data(Samples.value(Samples.storeCommand()), Samples.value([1], isLast: false)))
        Self.drain(peer)
        peer.channel.pipeline.fireUserInboundEventTriggered(AssociationHandler.CutOff())
        peer.channel.embeddedEventLoop.run()
        #expect(!peer.channel.isActive)
        #expect(peer.service.receivers.map(\.events) == [[.fragment([1]), .cancelled]])
        #expect(peer.service.summaries.map(\.end) == [.abortedByUs(.drained)])
    }

    @Test("Draining closes a connection that sent nothing, and rejects a late request as transient")
    func beforeAssociation() throws {
        let silent = try EmbeddedPeer()
        Self.drain(silent)
        #expect(!silent.channel.isActive)

        let late = try EmbeddedPeer()
        let bytes = Array(Samples.encoded(.associateRQ(Samples.request)).readableBytesView)
        try late.send(bytes: Array(bytes.prefix(10)))
        Self.drain(late)
        try late.send(bytes: Array(bytes.dropFirst(10)))
        #expect(try late.answers() == [.associateRJ(.localLimitExceeded)])
    }
}
