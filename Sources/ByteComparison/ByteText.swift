// SPDX-License-Identifier: Apache-2.0

/// A text, such as an object's key, that is compared and ordered by its UTF-8 bytes.
///
/// Swift's `String` treats `é` as one scalar and `é` as two scalars as equal. S3 treats them as two keys. With
/// `String`, a set or dictionary would confuse the two objects, and the order would differ from that of a listing.
package struct ByteText: Hashable, Comparable, Sendable {
    package let text: String

    package init(_ text: String) {
        self.text = text
    }

    package static func == (lhs: ByteText, rhs: ByteText) -> Bool { lhs.text.utf8.elementsEqual(rhs.text.utf8) }

    package static func < (lhs: ByteText, rhs: ByteText) -> Bool {
        lhs.text.utf8.lexicographicallyPrecedes(rhs.text.utf8)
    }

    package func hash(into hasher: inout Hasher) {
        for byte in text.utf8 { hasher.combine(byte) }
    }
}

extension ByteText: ExpressibleByStringLiteral {
    package init(stringLiteral text: String) { self.init(text) }
}
