/// A header field in the bytes in which it came (RFC 9112 §5).
package struct HeaderField {
    package let name: UnsafeRawBufferPointer
    /// Without the whitespace around it, the line's end among it.
    package let value: UnsafeRawBufferPointer

    /// nil for a line without a name.
    package init?(line: UnsafeRawBufferPointer) {
        guard let colon = line.firstIndex(of: UInt8(ascii: ":")), colon > 0 else { return nil }
        name = UnsafeRawBufferPointer(rebasing: line[..<colon])
        var value = line[(colon + 1)...]
        while let first = value.first, first.isWhitespace { value.removeFirst() }
        while let last = value.last, last.isWhitespace { value.removeLast() }
        self.value = UnsafeRawBufferPointer(rebasing: value)
    }

    /// `lowercased` is in lower-case ASCII; names compare without regard to case.
    package func isNamed(_ lowercased: StaticString) -> Bool { name.equalsIgnoringCase(lowercased) }

    package func hasValue(_ lowercased: StaticString) -> Bool { value.equalsIgnoringCase(lowercased) }

    /// nil where the value is empty.
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
    /// Of a letter in ASCII.
    var lowercased: UInt8 { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(self) ? self | 0x20 : self }

    fileprivate var isWhitespace: Bool { self == 0x20 || self == 0x09 || self == 0x0D || self == 0x0A }
}
