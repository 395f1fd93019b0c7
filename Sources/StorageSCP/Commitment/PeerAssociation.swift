// SPDX-License-Identifier: Apache-2.0

import AssociationRequestor
import Commitment
import DICOM
import DICOMNetwork
import HTTP
import NIOCore
import Synchronization

/// The association with one peer on which we report. It is opened for a report, serves those that follow, and is
/// released when none has followed for a moment.
final class PeerAssociation: Sendable {
    /// How long the association stays open after a report.
    static let idle = Duration.seconds(2)
    /// How long the peer may take, when the receiver ends, for the report that is under way and for the release.
    static let endGrace = Duration.seconds(3)
    static var timeouts: RequestorTimeouts {
        var timeouts = RequestorTimeouts()
        timeouts.response = .seconds(60)
        return timeouts
    }

    private static let contextID: UInt8 = 1

    /// An association that is open, as far as we know.
    private struct Open: Sendable {
        let association: RequestedAssociation
        let transferSyntax: TransferSyntax
        let ownAETitle: String
    }

    private struct State {
        var open: Open?
        /// Increases with each report: an association is idle if it did not.
        var uses = 0
        /// The last report that was begun.
        var sending: Task<DIMSEStatus, any Error>?
        var isEnding = false
    }

    private let peer: CommitmentPeer
    private let tls: CommitmentTLS
    /// Of the associations with all peers.
    private let slots: ConnectionSlots
    private let idle: Duration
    private let endGrace: Duration
    private let timeouts: RequestorTimeouts
    /// One report after the other.
    private let turn = ConnectionSlots(1)
    private let state = Mutex(State())

    init(
        with peer: CommitmentPeer, tls: CommitmentTLS, slots: ConnectionSlots, idle: Duration, endGrace: Duration,
        timeouts: RequestorTimeouts
    ) {
        self.peer = peer
        self.tls = tls
        self.slots = slots
        self.idle = idle
        self.endGrace = endGrace
        self.timeouts = timeouts
    }

    /// Throws a `PeerReportFailure`, a `ConnectionFailure`, a `RequestedAssociationEnd`, a `TLSLoadingError`, or an
    /// `HTTPError` after `end`.
    func send(_ report: CommitmentReport, from ownAETitle: String) async throws -> DIMSEStatus {
        try await turn.acquire()
        defer { turn.release() }
        let sending = try state.withLock { state in
            guard !state.isEnding else { throw HTTPError.shutDown }
            let sending = Task { try await sendInTurn(report, from: ownAETitle) }
            state.sending = sending
            return sending
        }
        return try await sending.value
    }

    /// Begins no further report, and releases the association after the one that is under way. What the peer does not
    /// answer within the grace is aborted.
    func end() async {
        let sending = state.withLock { state in
            state.isEnding = true
            return state.sending
        }
        turn.shutDown()
        let ending = Task {
            _ = await sending?.result
            await close()
        }
        let limit = Task {
            try await Task.sleep(for: endGrace)
            sending?.cancel()
            ending.cancel()
        }
        await ending.value
        limit.cancel()
    }

    // MARK: -

    private func sendInTurn(_ report: CommitmentReport, from ownAETitle: String) async throws -> DIMSEStatus {
        if let open = state.withLock({ $0.open }) {
            if open.ownAETitle == ownAETitle, let status = try? await send(report, on: open) { return status }
            // The peer ended it in the meantime, or another title has to call.
            await close()
        }
        let open = try await self.open(from: ownAETitle)
        do {
            return try await send(report, on: open)
        } catch {
            await close()
            throw error
        }
    }

    private func send(_ report: CommitmentReport, on open: Open) async throws -> DIMSEStatus {
        let response = try await withTaskCancellationHandler {
            try await open.association.invoke(
                report.request.commandSet(), on: Self.contextID,
                dataSet: CommitmentReportDataSet(report, transferSyntax: open.transferSyntax))
        } onCancel: {
            open.association.abort()
        }
        let status = DIMSEStatus(rawValue: try response.command.uint16(.status))
        closeWhenIdle()
        return status
    }

    private func open(from ownAETitle: String) async throws -> Open {
        try await slots.acquire()
        do {
            let open = try await request(from: ownAETitle)
            state.withLock { $0.open = open }
            return open
        } catch {
            slots.release()
            throw error
        }
    }

    /// We are the SCP on an association that we request. A peer that accepts the context without an answer about the
    /// role gets the report all the same: it asked for it. PS3.4 §J.3.3; PS3.7 §D.3.3.4.
    private func request(from ownAETitle: String) async throws -> Open {
        let opener = AssociationOpener(
            peer: Peer(
                host: peer.host, port: peer.port, calledAETitle: AETitle(peer.aeTitle),
                callingAETitle: AETitle(ownAETitle), tls: try peer.usesTLS ? tls.client(for: peer) : nil),
            timeouts: timeouts)
        let sopClass = SOPClass.storageCommitmentPushModel
        let association = try await opener.open(
            contexts: [
                ProposedPresentationContext(
                    id: Self.contextID, abstractSyntax: sopClass,
                    transferSyntaxes: [
                        TransferSyntax.explicitVRLittleEndian.uid, TransferSyntax.implicitVRLittleEndian.uid,
                    ])
            ],
            roles: [RoleSelection(sopClassUID: sopClass, isSCU: false, isSCP: true)])
        let confirmed = association.confirmed
        guard let context = confirmed.contexts[Self.contextID],
            let transferSyntax = TransferSyntax(uid: context.transferSyntax)
        else {
            await association.release()
            throw PeerReportFailure.contextRefused(confirmed.refusals[Self.contextID] ?? .notAnswered)
        }
        return Open(association: association, transferSyntax: transferSyntax, ownAETitle: ownAETitle)
    }

    private func closeWhenIdle() {
        let use = state.withLock { state in
            state.uses += 1
            return state.uses
        }
        Task { [self] in
            try await Task.sleep(for: idle)
            try await turn.acquire()
            if state.withLock({ $0.uses }) == use { await close() }
            turn.release()
        }
    }

    /// After a failure the association has ended already, and the release does nothing.
    private func close() async {
        let open = state.withLock { state in
            defer { state.open = nil }
            return state.open
        }
        guard let open else { return }
        _ = await withTaskCancellationHandler {
            await open.association.release()
        } onCancel: {
            open.association.abort()
        }
        slots.release()
    }
}

/// Why a report could not be sent on an association that the peer accepted.
enum PeerReportFailure: Error, Hashable, Sendable {
    case contextRefused(ConfirmedAssociation.Refusal)
}

extension PeerReportFailure: CustomStringConvertible {
    var description: String {
        switch self {
        case .contextRefused(let refusal): "the peer did not accept Storage Commitment Push Model: \(refusal)"
        }
    }
}
