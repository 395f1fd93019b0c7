// SPDX-License-Identifier: Apache-2.0

/// A presentation context item of an A-ASSOCIATE-RQ: one abstract syntax, and the encodings that the peer can send it
/// in.
///
/// The syntaxes are the peer's text without padding; they may not be valid UIDs. PS3.8 §9.3.2.2.
package struct ProposedPresentationContext: Hashable, Sendable {
    package let id: UInt8
    package let abstractSyntax: String
    package let transferSyntaxes: [String]

    package init(id: UInt8, abstractSyntax: String, transferSyntaxes: [String]) {
        self.id = id
        self.abstractSyntax = abstractSyntax
        self.transferSyntaxes = transferSyntaxes
    }
}
