// SPDX-License-Identifier: Apache-2.0

/// An application entity title as written in an A-ASSOCIATE PDU: 16 bytes, padded with spaces.
///
/// Titles are compared without their padding. Some real devices send a title of spaces only; its value is "".
/// PS3.8 §9.3.2; PS3.5 §6.2.
package struct AETitle: Sendable {
    package static let length = 16

    /// The 16 bytes, for the echo in the A-ASSOCIATE-AC.
    package let field: [UInt8]
    /// The title without leading and trailing spaces, up to the first NUL: some senders leave remains of an older value
    /// after it. Bytes that are not printable ASCII become "?", since the value is logged.
    package let value: String

    /// Takes 16 bytes: fewer are padded, more are cut off.
    package init(field: some Collection<UInt8>) {
        let space = UInt8(ascii: " ")
        let bytes = Array(field.prefix(Self.length))
        self.field = bytes + [UInt8](repeating: space, count: Self.length - bytes.count)
        let isPadding = { (byte: UInt8) in byte == space }
        let trimmed = bytes.prefix { $0 != 0 }.drop(while: isPadding).reversed().drop(while: isPadding).reversed()
        value = String(
            decoding: trimmed.map { (0x20...0x7E).contains($0) ? $0 : UInt8(ascii: "?") }, as: UTF8.self)
    }

    package init(_ value: String) {
        self.init(field: value.utf8)
    }

    /// Whether the text is an AE title: 1 to 16 printable characters of ASCII without a backslash, besides padding, and
    /// not only spaces. PS3.5 §6.2.
    package static func isValid(_ text: String) -> Bool {
        let isPrintable = text.utf8.allSatisfy { (0x20...0x7E).contains($0) && $0 != UInt8(ascii: "\\") }
        let count = text.drop { $0 == " " }.reversed().drop { $0 == " " }.count
        return isPrintable && (1...length).contains(count)
    }
}

extension AETitle: Hashable {
    package static func == (lhs: AETitle, rhs: AETitle) -> Bool { lhs.value == rhs.value }

    package func hash(into hasher: inout Hasher) { hasher.combine(value) }
}

extension AETitle: CustomStringConvertible {
    package var description: String { value }
}
