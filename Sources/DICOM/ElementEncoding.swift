/// How the headers of elements are written at some place in a data set. PS3.5 §7.1.2 and §7.1.3.
struct ElementEncoding: Hashable, Sendable {
    static let implicitVRLittleEndian = ElementEncoding(isExplicitVR: false, byteOrder: .littleEndian)

    private static let undefinedLength: UInt32 = 0xFFFF_FFFF

    let isExplicitVR: Bool
    let byteOrder: ByteOrder

    /// The caller has checked that four bytes are there.
    func tag(_ bytes: [UInt8]) -> Tag {
        Tag(byteOrder.uint16(bytes, at: 0), byteOrder.uint16(bytes, at: 2))
    }

    /// How long the header is, 8 or 12 bytes, as its first 8 tell.
    func headerLength(_ bytes: [UInt8]) throws(DataSetError) -> Int {
        let tag = tag(bytes)
        guard carriesVR(tag) else { return 8 }
        guard let vr = vr(bytes) else { throw .invalidVR(tag, bytes[4], bytes[5]) }
        return has32BitLength(vr, bytes) ? 12 : 8
    }

    /// The caller has checked that `headerLength` bytes are there.
    func header(_ bytes: [UInt8], depth: Int) -> ElementHeader {
        let tag = tag(bytes)
        let vr = carriesVR(tag) ? vr(bytes) : nil
        let length: UInt32
        switch vr {
        case nil: length = byteOrder.uint32(bytes, at: 4)
        case let vr? where has32BitLength(vr, bytes): length = byteOrder.uint32(bytes, at: 8)
        case .some: length = UInt32(byteOrder.uint16(bytes, at: 6))
        }
        return ElementHeader(tag: tag, vr: vr, length: length == Self.undefinedLength ? nil : length, depth: depth)
    }

    private func carriesVR(_ tag: Tag) -> Bool {
        isExplicitVR && tag.group != Tag.item.group
    }

    /// Some devices write `??`, `--`, spaces or NULs where they do not know the VR of a private element. Other receivers
    /// take that for an unknown VR with a 16-bit length, and so must we, or what they store would be refused here.
    private func isPlaceholder(_ bytes: [UInt8]) -> Bool {
        bytes[4] == bytes[5] && [UInt8(ascii: "?"), UInt8(ascii: "-"), UInt8(ascii: " "), 0].contains(bytes[4])
    }

    private func vr(_ bytes: [UInt8]) -> VR? {
        isPlaceholder(bytes) ? .un : VR(bytes[4], bytes[5])
    }

    private func has32BitLength(_ vr: VR, _ bytes: [UInt8]) -> Bool {
        vr.has32BitLength && !isPlaceholder(bytes)
    }
}
