// SPDX-License-Identifier: Apache-2.0

import Commitment
import DICOMNetwork
import HTTP

/// Reports on associations that we open, to the peers whose addresses are configured.
final class PeerReporters: CommitmentReporterSource {
    /// The associations that may be open at the same time. A peer has one at most.
    static let maximumAssociations = 8

    private let associations: [String: PeerAssociation]

    init(
        _ configuration: CommitmentConfiguration, idle: Duration = PeerAssociation.idle,
        endGrace: Duration = PeerAssociation.endGrace, timeouts: RequestorTimeouts = PeerAssociation.timeouts
    ) {
        let slots = ConnectionSlots(Self.maximumAssociations)
        let tls = configuration.tls
        associations = configuration.peers.mapValues { peer in
            PeerAssociation(
                with: peer, tls: tls, slots: slots, idle: idle, endGrace: endGrace, timeouts: timeouts)
        }
    }

    func reporter(toPeer peerAETitle: String, from ownAETitle: String) -> (any CommitmentReporter)? {
        associations[peerAETitle].map {
            PeerReporter(peerAETitle: peerAETitle, ownAETitle: ownAETitle, association: $0)
        }
    }

    /// Releases all associations, side by side. Reports that wait fail; those under way have `endGrace`.
    func end() async {
        await withTaskGroup { group in
            for association in associations.values { group.addTask { await association.end() } }
        }
    }
}

/// Reports to one peer. The association is that of all its reporters.
private final class PeerReporter: CommitmentReporter {
    let peerAETitle: String
    let ownAETitle: String
    private let association: PeerAssociation

    init(peerAETitle: String, ownAETitle: String, association: PeerAssociation) {
        self.peerAETitle = peerAETitle
        self.ownAETitle = ownAETitle
        self.association = association
    }

    func send(_ report: CommitmentReport) async throws -> DIMSEStatus {
        try await association.send(report, from: ownAETitle)
    }
}
