// SPDX-License-Identifier: Apache-2.0

/// A presentation context item of an A-ASSOCIATE-AC. PS3.8 §9.3.3.2.
package struct PresentationContextAnswer: Hashable, Sendable {
    package enum Result: UInt8, Hashable, Sendable {
        case acceptance = 0
        case userRejection = 1
        case noReason = 2
        case abstractSyntaxNotSupported = 3
        case transferSyntaxesNotSupported = 4
    }

    package let id: UInt8
    package let result: Result
    /// Always present, but significant only if the result is acceptance.
    package let transferSyntax: String

    package init(id: UInt8, result: Result, transferSyntax: String) {
        self.id = id
        self.result = result
        self.transferSyntax = transferSyntax
    }
}

extension PresentationContextAnswer.Result: CustomStringConvertible {
    /// PS3.8 Table 9-18.
    package var description: String {
        switch self {
        case .acceptance: "acceptance"
        case .userRejection: "user rejection"
        case .noReason: "no reason"
        case .abstractSyntaxNotSupported: "abstract syntax not supported"
        case .transferSyntaxesNotSupported: "transfer syntaxes not supported"
        }
    }
}
