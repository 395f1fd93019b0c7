// SPDX-License-Identifier: Apache-2.0

import DICOM

/// The presentation contexts for storage that were not accepted. The log lists them to explain why a sender's images do
/// not arrive.
///
/// The number of entries is bounded, since they are kept for as long as the association exists.
package struct RefusedStorageContexts: Hashable, Sendable {
    package struct Context: Hashable, Sendable {
        private static let maximumTransferSyntaxes = 10

        package let abstractSyntax: UID
        /// The first of the proposed transfer syntaxes.
        package let transferSyntaxes: [LoggedUID]
        package let furtherTransferSyntaxes: Int
        package let result: PresentationContextAnswer.Result

        fileprivate init(
            _ proposed: ProposedPresentationContext, _ abstractSyntax: UID, _ result: PresentationContextAnswer.Result
        ) {
            self.abstractSyntax = abstractSyntax
            self.result = result
            transferSyntaxes = proposed.transferSyntaxes.prefix(Self.maximumTransferSyntaxes).map(LoggedUID.init)
            furtherTransferSyntaxes = proposed.transferSyntaxes.count - transferSyntaxes.count
        }
    }

    private static let maximum = 10

    /// The first refused contexts, in the order of the request.
    package private(set) var first: [Context] = []
    package private(set) var further = 0

    package init() {}

    init(of request: AAssociateRQ, answer: AAssociateAC) {
        let results = Dictionary(answer.presentationContexts.map { ($0.id, $0.result) }) { first, _ in first }
        for proposed in request.presentationContexts {
            guard let result = results[proposed.id], result != .acceptance,
                let abstractSyntax = try? UID(proposed.abstractSyntax), SOPClass.isStorage(abstractSyntax)
            else { continue }
            if first.count < Self.maximum {
                first.append(Context(proposed, abstractSyntax, result))
            } else {
                further += 1
            }
        }
    }
}
