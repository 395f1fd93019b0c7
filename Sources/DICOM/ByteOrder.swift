// SPDX-License-Identifier: Apache-2.0

/// The byte order of numbers. PS3.5 §7.3.
package enum ByteOrder: Hashable, Sendable {
    case littleEndian
    case bigEndian

    /// The caller must check that there are two bytes at the offset.
    func uint16(_ bytes: RawSpan, at offset: Int) -> UInt16 {
        let number = bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt16.self)
        return self == .littleEndian ? UInt16(littleEndian: number) : UInt16(bigEndian: number)
    }

    /// The caller must check that there are four bytes at the offset.
    func uint32(_ bytes: RawSpan, at offset: Int) -> UInt32 {
        let number = bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt32.self)
        return self == .littleEndian ? UInt32(littleEndian: number) : UInt32(bigEndian: number)
    }
}
