/// A unique identifier that is safe to use in a path or an object key.
///
/// Only digits and single dots between them, 64 bytes at most. Leading zeros in a component are let through: PS3.5 §9.1
/// forbids them, some devices send them, and they do no harm in a key.
package struct UID: Hashable, Sendable {
    /// PS3.5 §9.1.
    package static let maximumLength = 64

    package let value: String

    package init(_ value: String) throws(UIDError) {
        try self.init(bytes: Array(value.utf8)[...])
    }

    /// Validates every byte as it stands; see `trimming` for padding.
    package init(bytes: ArraySlice<UInt8>) throws(UIDError) {
        guard !bytes.isEmpty else { throw .empty }
        guard bytes.count <= Self.maximumLength else {
            throw .tooLong(length: bytes.count, maximum: Self.maximumLength)
        }
        var previous = UInt8(ascii: ".")
        let span = bytes.span
        for offset in span.indices {
            let byte = span[offset]
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): break
            case UInt8(ascii: ".") where previous == UInt8(ascii: "."):
                throw .emptyComponent(offset: offset)
            case UInt8(ascii: "."): break
            default: throw .byteNotAllowed(byte, offset: offset)
            }
            previous = byte
        }
        guard previous != UInt8(ascii: ".") else { throw .emptyComponent(offset: bytes.count) }
        value = String(decoding: bytes, as: UTF8.self)
    }

    /// Validates what is left when the padding that senders add is taken off.
    package init(trimming bytes: ArraySlice<UInt8>) throws(UIDError) {
        try self.init(bytes: bytes.trimmingUIDPadding())
    }
}

extension UID: CustomStringConvertible {
    package var description: String { value }
}
