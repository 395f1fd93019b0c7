import DICOM

/// What is taken of a proposed association, and what is announced in the answer.
package struct AcceptancePolicy: Sendable {
    /// Whether an abstract syntax, given without padding, is supported.
    package var acceptsAbstractSyntax: @Sendable (String) -> Bool
    /// In order of preference: of those that the peer proposes for a context, the first of these is chosen.
    package var transferSyntaxes: [TransferSyntax]
    /// The longest list of PDVs that is taken in one P-DATA-TF; 0 would tell the peer that there is no limit. PS3.8 §D.1.
    package var maximumLength: UInt32
    package var implementationClassUID: String
    package var implementationVersionName: String

    package init(
        acceptsAbstractSyntax: @escaping @Sendable (String) -> Bool = Self.isStorageOrVerification,
        transferSyntaxes: [TransferSyntax] = TransferSyntax.known, maximumLength: UInt32 = 128 << 10,
        implementationClassUID: String, implementationVersionName: String
    ) {
        self.acceptsAbstractSyntax = acceptsAbstractSyntax
        self.transferSyntaxes = transferSyntaxes
        self.maximumLength = maximumLength
        self.implementationClassUID = implementationClassUID
        self.implementationVersionName = implementationVersionName
    }

    @Sendable
    package static func isStorageOrVerification(_ abstractSyntax: String) -> Bool {
        if abstractSyntax == SOPClass.verification { return true }
        guard let uid = try? UID(abstractSyntax) else { return false }
        return SOPClass.isStorage(uid)
    }

    /// The transfer syntax that is chosen for each context that is taken.
    package func acceptedContexts(of request: AAssociateRQ) -> [UInt8: AcceptedPresentationContext] {
        var accepted: [UInt8: AcceptedPresentationContext] = [:]
        for context in request.presentationContexts where acceptsAbstractSyntax(context.abstractSyntax) {
            let proposed = Set(context.transferSyntaxes)
            guard let chosen = transferSyntaxes.first(where: { proposed.contains($0.uid) }) else { continue }
            accepted[context.id] = AcceptedPresentationContext(
                id: context.id, abstractSyntax: context.abstractSyntax, transferSyntax: chosen)
        }
        return accepted
    }

    /// The A-ASSOCIATE-AC, with one answer for every proposed context, in the order of the request.
    package func accept(
        _ request: AAssociateRQ, contexts: [UInt8: AcceptedPresentationContext]
    ) -> AAssociateAC {
        let answers = request.presentationContexts.map { proposed in
            if let context = contexts[proposed.id] {
                return PresentationContextAnswer(
                    id: proposed.id, result: .acceptance, transferSyntax: context.transferSyntax.uid)
            }
            return PresentationContextAnswer(
                id: proposed.id,
                result: acceptsAbstractSyntax(proposed.abstractSyntax)
                    ? .transferSyntaxesNotSupported : .abstractSyntaxNotSupported,
                // Not significant, but some senders want to find a syntax that they know.
                transferSyntax: TransferSyntax.implicitVRLittleEndian.uid)
        }
        return AAssociateAC(
            answering: request, presentationContexts: answers,
            userInformation: UserInformation(
                maximumLength: maximumLength, implementationClassUID: implementationClassUID,
                implementationVersionName: implementationVersionName))
    }
}
