// SPDX-License-Identifier: Apache-2.0

import DICOM
import DICOMNetwork
import NIOCore

/// Who may open an association and what it may do, decided by AE titles and addresses.
struct AssociationAccess: Sendable {
    private let aeTitle: AETitle
    private let requiresCalledAETitle: Bool
    private let routing: Routing
    private let callingAETitles: Set<String>
    /// By calling AE title; `nil` if every peer may do everything.
    private let rules: [String: AccessRule]?

    init(configuration: Configuration, routing: Routing) {
        self.routing = routing
        aeTitle = AETitle(configuration.aeTitle)
        requiresCalledAETitle = configuration.requiresCalledAETitle
        callingAETitles = configuration.callingAETitles
        rules = configuration.accessRules.map { rules in
            Dictionary(rules.map { ($0.callingAETitle, $0) }) { first, _ in first }
        }
    }

    /// `nil` if the association is allowed. A peer with a known title and a wrong address gets the same answer as one
    /// with an unknown title; only the log tells them apart.
    func rejection(of request: AAssociateRQ, from peer: SocketAddress?) -> AssociationRejection? {
        let title = request.callingAETitle.value
        if requiresCalledAETitle, request.calledAETitle != aeTitle,
            !routing.names(calledAETitle: request.calledAETitle.value)
        {
            let others = routing.table.hasCalledAETitles ? " or a title that a route names" : ""
            return AssociationRejection(
                .calledAETitleNotRecognized, reason: "expected \(aeTitle)\(others), got \(request.calledAETitle)",
                hint: "REQUIRE_CALLED_AE_TITLE=true")
        }
        if !callingAETitles.isEmpty, !callingAETitles.contains(title) {
            return AssociationRejection(
                .callingAETitleNotRecognized, reason: "the title is not listed", hint: "REQUIRE_CALLING_AE_TITLE")
        }
        guard let rules else { return nil }
        guard let rule = rules[title] else {
            return AssociationRejection(
                .callingAETitleNotRecognized, reason: "the title has no rule", hint: "ACCESS_RULES")
        }
        guard rule.permits(peer: peer) else {
            return AssociationRejection(
                .callingAETitleNotRecognized,
                reason: "the title is known, but its rule does not have the peer's address",
                hint: "ACCESS_RULES: peers")
        }
        return nil
    }

    func permits(_ abstractSyntax: String, to callingAETitle: String) -> Bool {
        guard let rule = rules?[callingAETitle] else { return true }
        if abstractSyntax == SOPClass.verification { return rule.rights.contains(.verify) }
        return rule.rights.contains(.store)
            && (rule.sopClassUIDs.isEmpty || rule.sopClassUIDs.contains(abstractSyntax))
    }

    func maximumAssociations(of callingAETitle: String) -> Int? {
        rules?[callingAETitle]?.maximumAssociations
    }
}
