// SPDX-License-Identifier: Apache-2.0

/// A header field as its received bytes (RFC 9112 §5).
package struct HeaderField {
    package let name: UnsafeRawBufferPointer
    /// Without surrounding whitespace and line end.
    package let value: UnsafeRawBufferPointer

    /// `nil` if the line has no name.
    package init?(line: UnsafeRawBufferPointer) {
        guard let colon = line.firstIndex(of: UInt8(ascii: ":")), colon > 0 else { return nil }
        name = UnsafeRawBufferPointer(rebasing: line[..<colon])
        var value = line[(colon + 1)...]
        while let first = value.first, first.isWhitespace { value.removeFirst() }
        while let last = value.last, last.isWhitespace { value.removeLast() }
        self.value = UnsafeRawBufferPointer(rebasing: value)
    }

    /// Compares without regard to case. `lowercased` must be lower-case ASCII.
    package func isNamed(_ lowercased: StaticString) -> Bool { name.equalsIgnoringCase(lowercased) }

    package func hasValue(_ lowercased: StaticString) -> Bool { value.equalsIgnoringCase(lowercased) }

    /// `nil` if the value is empty.
    package var text: String? { value.isEmpty ? nil : String(decoding: value, as: UTF8.self) }
}

extension UnsafeRawBufferPointer {
    fileprivate func equalsIgnoringCase(_ lowercased: StaticString) -> Bool {
        guard count == lowercased.utf8CodeUnitCount else { return false }
        for index in indices where self[index].lowercased != lowercased.utf8Start[index] { return false }
        return true
    }
}

extension UInt8 {
    /// The lower-case form of an ASCII letter; any other byte unchanged.
    var lowercased: UInt8 { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(self) ? self | 0x20 : self }

    fileprivate var isWhitespace: Bool { self == 0x20 || self == 0x09 || self == 0x0D || self == 0x0A }
}
