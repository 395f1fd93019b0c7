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
        guard let vr = VR(bytes[4], bytes[5]) else { throw .invalidVR(tag, bytes[4], bytes[5]) }
        return vr.has32BitLength ? 12 : 8
    }

    /// The caller has checked that `headerLength` bytes are there.
    func header(_ bytes: [UInt8], depth: Int) -> ElementHeader {
        let tag = tag(bytes)
        let vr = carriesVR(tag) ? VR(bytes[4], bytes[5]) : nil
        let length: UInt32
        switch vr {
        case nil: length = byteOrder.uint32(bytes, at: 4)
        case let vr? where vr.has32BitLength: length = byteOrder.uint32(bytes, at: 8)
        case .some: length = UInt32(byteOrder.uint16(bytes, at: 6))
        }
        return ElementHeader(tag: tag, vr: vr, length: length == Self.undefinedLength ? nil : length, depth: depth)
    }

    private func carriesVR(_ tag: Tag) -> Bool {
        isExplicitVR && tag.group != Tag.item.group
    }
}
