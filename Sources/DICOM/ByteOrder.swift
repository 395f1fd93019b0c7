/// The order of the bytes of numbers. PS3.5 §7.3.
package enum ByteOrder: Hashable, Sendable {
    case littleEndian
    case bigEndian

    /// The caller has checked that two bytes stand at the offset.
    func uint16(_ bytes: [UInt8], at offset: Int) -> UInt16 {
        let first = UInt16(bytes[offset])
        let second = UInt16(bytes[offset + 1])
        return self == .littleEndian ? second << 8 | first : first << 8 | second
    }

    /// The caller has checked that four bytes stand at the offset.
    func uint32(_ bytes: [UInt8], at offset: Int) -> UInt32 {
        let first = UInt32(uint16(bytes, at: offset))
        let second = UInt32(uint16(bytes, at: offset + 2))
        return self == .littleEndian ? second << 16 | first : first << 16 | second
    }
}
