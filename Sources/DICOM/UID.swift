// SPDX-License-Identifier: Apache-2.0

/// A unique identifier that is safe to use in a path or an object key.
///
/// It consists of digits with single dots between them, at most 64 bytes. Leading zeros in a component are accepted:
/// PS3.5 §9.1 forbids them, but some devices send them, and they are harmless in a key.
package struct UID: Hashable, Sendable {
    /// PS3.5 §9.1.
    package static let maximumLength = 64

    package let value: String

    package init(_ value: String) throws(UIDError) {
        try self.init(bytes: Array(value.utf8)[...])
    }

    /// Validates every byte; padding is not allowed. See `init(trimming:)`.
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

    /// Removes the padding that senders add, and validates the rest.
    package init(trimming bytes: ArraySlice<UInt8>) throws(UIDError) {
        try self.init(bytes: bytes.trimmingUIDPadding())
    }
}

extension UID: CustomStringConvertible {
    package var description: String { value }
}
