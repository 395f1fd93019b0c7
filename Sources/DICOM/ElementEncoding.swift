/// How the headers of elements are written at some place in a data set. PS3.5 §7.1.2 and §7.1.3.
struct ElementEncoding: Hashable, Sendable {
    static let implicitVRLittleEndian = ElementEncoding(isExplicitVR: false, byteOrder: .littleEndian)

    private static let undefinedLength: UInt32 = 0xFFFF_FFFF

    /// Of a header, what tells its length.
    static let leastHeaderLength = 8
    static let greatestHeaderLength = 12

    let isExplicitVR: Bool
    let byteOrder: ByteOrder

    /// The caller has checked that four bytes are there.
    func tag(_ bytes: RawSpan) -> Tag {
        Tag(byteOrder.uint16(bytes, at: 0), byteOrder.uint16(bytes, at: 2))
    }

    /// How long the header is, as its first eight bytes tell.
    func headerLength(_ bytes: RawSpan) throws(DataSetError) -> Int {
        let tag = tag(bytes)
        guard carriesVR(tag) else { return Self.leastHeaderLength }
        guard let vr = vr(bytes) else { throw .invalidVR(tag, bytes.byte(at: 4), bytes.byte(at: 5)) }
        return has32BitLength(vr, bytes) ? Self.greatestHeaderLength : Self.leastHeaderLength
    }

    /// The caller has checked that `headerLength` bytes are there.
    func header(_ bytes: RawSpan, depth: Int) -> ElementHeader {
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
    private func isPlaceholder(_ bytes: RawSpan) -> Bool {
        let first = bytes.byte(at: 4)
        guard first == bytes.byte(at: 5) else { return false }
        return switch first {
        case UInt8(ascii: "?"), UInt8(ascii: "-"), UInt8(ascii: " "), 0: true
        default: false
        }
    }

    private func vr(_ bytes: RawSpan) -> VR? {
        isPlaceholder(bytes) ? .un : VR(bytes.byte(at: 4), bytes.byte(at: 5))
    }

    private func has32BitLength(_ vr: VR, _ bytes: RawSpan) -> Bool {
        vr.has32BitLength && !isPlaceholder(bytes)
    }
}

extension RawSpan {
    fileprivate func byte(at offset: Int) -> UInt8 { unsafeLoad(fromByteOffset: offset, as: UInt8.self) }
}
