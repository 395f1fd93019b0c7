// SPDX-License-Identifier: Apache-2.0

import StructuredLog

/// Why a document from outside is refused: the place in it, and what was expected there. It never holds the value that
/// was found.
package struct DocumentError: NamedError, Equatable, CustomStringConvertible {
    /// The members that lead to the place, such as `instances.3.size`; empty for the whole document.
    package let path: String
    package let expected: String

    package init(path: String = "", expected: String) {
        self.path = path
        self.expected = expected
    }

    init(at path: [any CodingKey], expected: String) {
        self.init(
            path: path.map { $0.intValue.map(String.init) ?? $0.stringValue }.joined(separator: "."), expected: expected
        )
    }

    /// A document that is too large, and was not read to its end.
    package static let tooLarge = DocumentError(
        expected: "at most \(DocumentLimits.maximumBytes) bytes, but it has more")

    package var errorClass: ErrorClass? { .permanent }

    package var description: String { "\(path.isEmpty ? "the document" : path): expected \(expected)" }
}

extension DocumentError {
    init(_ error: DecodingError) {
        switch error {
        case .keyNotFound(let key, let context):
            self.init(at: context.codingPath + [key], expected: "a value, but it is missing")
        case .valueNotFound(let type, let context):
            self.init(at: context.codingPath, expected: "a value of type \(type), but it is null")
        case .typeMismatch(let type, let context):
            self.init(at: context.codingPath, expected: "a value of type \(type)")
        case .dataCorrupted(let context) where context.codingPath.isEmpty:
            self.init(expected: "JSON that is well formed")
        case .dataCorrupted(let context):
            self.init(at: context.codingPath, expected: "a value that is well formed")
        @unknown default: self.init(expected: "a document that can be read")
        }
    }
}
