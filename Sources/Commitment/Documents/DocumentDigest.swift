// SPDX-License-Identifier: Apache-2.0

import Digests
import ImportPipeline

/// The name of a document: the SHA-256 of its bytes. So a document that has a name never changes, and one that was
/// changed by somebody else is found out when it is read.
package struct DocumentDigest: Hashable, Sendable, Codable, CustomStringConvertible {
    /// 64 hexadecimal digits.
    package let description: String

    package init(of bytes: [UInt8]) {
        description = Array(SHA256.hash(bytes)).hexadecimal
    }

    /// `nil` for a text of any other form.
    package init?(_ text: String) {
        let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
        let letters = UInt8(ascii: "a")...UInt8(ascii: "f")
        guard text.utf8.count == 2 * SHA256.byteCount,
            text.utf8.allSatisfy({ digits.contains($0) || letters.contains($0) })
        else { return nil }
        description = text
    }

    package init(from decoder: any Decoder) throws {
        guard let digest = DocumentDigest(try decoder.singleValueContainer().decode(String.self)) else {
            throw DocumentError(
                path: decoder.codingPath.map(\.stringValue).joined(separator: "."),
                expected: "a SHA-256 in 64 hexadecimal digits")
        }
        self = digest
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
