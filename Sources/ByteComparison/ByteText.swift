/// A text, such as an object's key, that equals another only byte by byte, in the order of the bytes.
///
/// Swift's `String` takes `é` in one scalar and in two for equal, and orders them alike. S3 keeps them apart: in a set or a table one
/// object would stand for both, and a listing would not be in order.
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
