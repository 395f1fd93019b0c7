// SPDX-License-Identifier: Apache-2.0

/// What the acceptor of our request agreed to.
package struct ConfirmedAssociation: Hashable, Sendable {
    /// A presentation context that both sides agreed upon. The transfer syntax may be private.
    package struct Context: Hashable, Sendable {
        package let id: UInt8
        package let abstractSyntax: String
        package let transferSyntax: String
    }

    /// Why a proposed context cannot be used.
    package enum Refusal: Hashable, Sendable {
        case refused(PresentationContextAnswer.Result)
        /// The acceptor chose a transfer syntax that was not proposed for this context.
        case transferSyntaxNotProposed
        /// The A-ASSOCIATE-AC does not mention the context.
        case notAnswered
    }

    /// By context id.
    package let contexts: [UInt8: Context]
    /// By context id.
    package let refusals: [UInt8: Refusal]
    /// The longest list of PDVs that the peer takes in one P-DATA-TF; `nil` if it set no limit. PS3.8 §D.1.
    package let maximumLength: UInt32?
    package let implementationClassUID: String?
    package let implementationVersionName: String?
    /// The acceptor's answers to the roles that were proposed, by SOP class.
    private let roles: [String: RoleSelection]

    /// Ids that were not proposed are ignored. If an id is answered twice, the first answer counts.
    package init(_ accept: AAssociateAC, to request: AAssociateRQ) {
        let answers = Dictionary(accept.presentationContexts.map { ($0.id, $0) }) { first, _ in first }
        var contexts: [UInt8: Context] = [:]
        var refusals: [UInt8: Refusal] = [:]
        for proposed in request.presentationContexts {
            switch answers[proposed.id] {
            case nil: refusals[proposed.id] = .notAnswered
            case .some(let answer) where answer.result != .acceptance: refusals[proposed.id] = .refused(answer.result)
            case .some(let answer) where !proposed.transferSyntaxes.contains(answer.transferSyntax):
                refusals[proposed.id] = .transferSyntaxNotProposed
            case .some(let answer):
                contexts[proposed.id] = Context(
                    id: proposed.id, abstractSyntax: proposed.abstractSyntax, transferSyntax: answer.transferSyntax)
            }
        }
        self.contexts = contexts
        self.refusals = refusals
        maximumLength = accept.userInformation.maximumLength
        implementationClassUID = accept.userInformation.implementationClassUID
        implementationVersionName = accept.userInformation.implementationVersionName
        roles = Self.roles(accept.userInformation, to: request.userInformation)
    }

    /// Whether we may invoke operations of the class as its SCU. PS3.7 §D.3.3.4: so it is unless another role was agreed.
    package func isSCU(of sopClassUID: String) -> Bool { roles[sopClassUID]?.isSCU ?? true }

    /// Whether we may act as the SCP of the class, which has to be proposed and confirmed.
    package func isSCP(of sopClassUID: String) -> Bool { roles[sopClassUID]?.isSCP ?? false }

    /// A role is agreed if it was proposed and returned. The acceptor cannot grant more than was proposed.
    private static func roles(
        _ answered: UserInformation, to proposed: UserInformation
    ) -> [String: RoleSelection] {
        let byClass = Dictionary(proposed.roleSelections.map { ($0.sopClassUID, $0) }) { first, _ in first }
        var roles: [String: RoleSelection] = [:]
        for role in answered.roleSelections where roles[role.sopClassUID] == nil {
            guard let asked = byClass[role.sopClassUID] else { continue }
            roles[role.sopClassUID] = RoleSelection(
                sopClassUID: role.sopClassUID, isSCU: asked.isSCU && role.isSCU, isSCP: asked.isSCP && role.isSCP)
        }
        return roles
    }
}

extension ConfirmedAssociation.Refusal: CustomStringConvertible {
    package var description: String {
        switch self {
        case .refused(let result): "\(result)"
        case .transferSyntaxNotProposed: "accepted with a transfer syntax that was not proposed"
        case .notAnswered: "not answered"
        }
    }
}
