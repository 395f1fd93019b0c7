// SPDX-License-Identifier: Apache-2.0

import DICOM

/// What we accept of a proposed association, and what the answer announces.
package struct AcceptancePolicy: Sendable {
    /// Whether an abstract syntax, given without padding, is supported.
    package var supportsAbstractSyntax: @Sendable (String) -> Bool
    /// Whether the peer may use a supported abstract syntax.
    package var permitsAbstractSyntax: @Sendable (String) -> Bool = { _ in true }
    package var transferSyntaxPreference = TransferSyntaxPreference.lossless
    /// The most contexts accepted of one request; further ones are refused.
    package var maximumPresentationContexts = 128
    /// Whether a request is rejected if none of its contexts is accepted. Otherwise the association is accepted, and
    /// its answer tells the sender why each context was refused.
    package var rejectsWithoutContext = false
    /// The longest list of PDVs that we take in one P-DATA-TF; 0 would tell the peer that there is no limit. PS3.8
    /// §D.1.
    package var maximumLength: UInt32
    /// Operations that a peer may have outstanding if it asks for more than one. PS3.7 §D.3.3.3.
    package var maximumOperations: UInt16 = 16
    /// The response to a user identity; `nil` for none. PS3.7 §D.3.3.7.
    package var userIdentityServerResponse: [UInt8]?
    package var implementationClassUID: String
    package var implementationVersionName: String

    package init(
        supportsAbstractSyntax: @escaping @Sendable (String) -> Bool = Self.isStorageOrVerification,
        maximumLength: UInt32 = 128 << 10,
        implementationClassUID: String, implementationVersionName: String
    ) {
        self.supportsAbstractSyntax = supportsAbstractSyntax
        self.maximumLength = maximumLength
        self.implementationClassUID = implementationClassUID
        self.implementationVersionName = implementationVersionName
    }

    @Sendable
    package static func isStorageOrVerification(_ abstractSyntax: String) -> Bool {
        if abstractSyntax == SOPClass.verification { return true }
        guard let uid = try? UID(abstractSyntax) else { return false }
        return SOPClass.isStorageInStudies(uid)
    }

    /// Decides on every proposed context, in the order of the request.
    package func negotiate(_ request: AAssociateRQ) -> NegotiatedAssociation {
        var contexts: [UInt8: AcceptedPresentationContext] = [:]
        var answers: [PresentationContextAnswer] = []
        let roles = roles(for: request.userInformation)
        for proposed in request.presentationContexts {
            do throws(Refusal) {
                let syntax = try choose(
                    for: proposed, role: roles[proposed.abstractSyntax], taken: contexts.count)
                contexts[proposed.id] = AcceptedPresentationContext(
                    id: proposed.id, abstractSyntax: proposed.abstractSyntax, transferSyntax: syntax)
                answers.append(
                    PresentationContextAnswer(id: proposed.id, result: .acceptance, transferSyntax: syntax.uid))
            } catch {
                answers.append(
                    PresentationContextAnswer(
                        id: proposed.id, result: error.result,
                        // Not significant, but some senders expect a transfer syntax that they know.
                        transferSyntax: TransferSyntax.implicitVRLittleEndian.uid))
            }
        }
        var information = UserInformation(
            maximumLength: maximumLength, implementationClassUID: implementationClassUID,
            implementationVersionName: implementationVersionName)
        let window = request.userInformation.asynchronousOperationsWindow?.limited(to: maximumOperations)
        information.asynchronousOperationsWindow = window
        let accepted = Set(contexts.values.map(\.abstractSyntax))
        information.roleSelections = roles.values.filter { accepted.contains($0.sopClassUID) }
            .sorted { $0.sopClassUID < $1.sopClassUID }
        information.extendedNegotiations = Set(request.userInformation.extendedNegotiations.map(\.sopClassUID))
            .intersection(accepted).filter { (try? UID($0)).map(SOPClass.isStorage) == true }.sorted()
            .map(SOPClassExtendedNegotiation.storageProvider)
        information.userIdentityServerResponse = userIdentityServerResponse
        return NegotiatedAssociation(
            contexts: contexts, maximumOperations: Int(window?.maximumOperationsInvoked ?? 1),
            answer: AAssociateAC(
                answering: request, presentationContexts: answers, userInformation: information))
    }

    private struct Refusal: Error {
        let result: PresentationContextAnswer.Result
    }

    private func choose(
        for proposed: ProposedPresentationContext, role: RoleSelection?, taken: Int
    ) throws(Refusal) -> TransferSyntax {
        guard supportsAbstractSyntax(proposed.abstractSyntax) else {
            throw Refusal(result: .abstractSyntaxNotSupported)
        }
        // A requestor that does not take the role of SCU cannot send us anything.
        guard permitsAbstractSyntax(proposed.abstractSyntax), role?.isSCU != false else {
            throw Refusal(result: .userRejection)
        }
        guard let chosen = transferSyntaxPreference.choose(from: Self.readable(proposed)) else {
            throw Refusal(result: .transferSyntaxesNotSupported)
        }
        guard taken < maximumPresentationContexts else { throw Refusal(result: .noReason) }
        return chosen
    }

    /// We read and write the data sets of storage commitment in two encodings only. Instances are not read.
    private static func readable(_ proposed: ProposedPresentationContext) -> [String] {
        guard proposed.abstractSyntax == SOPClass.storageCommitmentPushModel else { return proposed.transferSyntaxes }
        return proposed.transferSyntaxes.filter {
            $0 == TransferSyntax.implicitVRLittleEndian.uid || $0 == TransferSyntax.explicitVRLittleEndian.uid
        }
    }

    /// We are never an SCU, so the requestor never gets the role of SCP. If a SOP class is listed twice, the first item
    /// counts.
    private func roles(for information: UserInformation) -> [String: RoleSelection] {
        let granted = information.roleSelections.map { role in
            (role.sopClassUID, RoleSelection(sopClassUID: role.sopClassUID, isSCU: role.isSCU, isSCP: false))
        }
        return Dictionary(granted) { first, _ in first }
    }
}
