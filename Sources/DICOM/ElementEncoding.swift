// SPDX-License-Identifier: Apache-2.0

/// The encoding of element headers at one place in a data set. PS3.5 §7.1.2 and §7.1.3.
struct ElementEncoding: Hashable, Sendable {
    static let implicitVRLittleEndian = ElementEncoding(isExplicitVR: false, byteOrder: .littleEndian)
    static let explicitVRLittleEndian = ElementEncoding(isExplicitVR: true, byteOrder: .littleEndian)

    private static let undefinedLength: UInt32 = 0xFFFF_FFFF

    /// This part of a header shows its form.
    static let leastHeaderLength = 8
    static let greatestHeaderLength = 12

    /// The form of the header of one element.
    enum Form: Hashable {
        /// Without a VR. Items and delimiters always have this form.
        case implicit
        case explicit(VR, has32BitLength: Bool)

        var headerLength: Int {
            if case .explicit(_, has32BitLength: true) = self { greatestHeaderLength } else { leastHeaderLength }
        }
    }

    /// The two bytes at the position of the VR in Explicit VR.
    enum Letters: Hashable {
        case known(VR)
        /// Perhaps a VR of a later edition of the standard.
        case unknown(VR)
        /// `??`, `--`, spaces or NULs. Some devices write these if they do not know the VR of a private element.
        case placeholder
        case none(UInt8, UInt8)
    }

    var isExplicitVR: Bool
    let byteOrder: ByteOrder

    /// The caller must check that there are four bytes.
    @inline(__always)
    func tag(_ bytes: RawSpan) -> Tag {
        Tag(byteOrder.uint16(bytes, at: 0), byteOrder.uint16(bytes, at: 2))
    }

    /// The caller must check that there are six bytes.
    @inline(__always)
    static func letters(_ bytes: RawSpan) -> Letters {
        let (first, second) = (bytes.byte(at: 4), bytes.byte(at: 5))
        if let vr = VR(first, second) { return vr.isKnown ? .known(vr) : .unknown(vr) }
        guard first == second else { return .none(first, second) }
        return switch first {
        case UInt8(ascii: "?"), UInt8(ascii: "-"), UInt8(ascii: " "), 0: .placeholder
        default: .none(first, second)
        }
    }

    /// The caller must check that there are `headerLength` bytes of the form.
    @inline(__always)
    func header(_ bytes: RawSpan, form: Form, depth: Int) -> ElementHeader {
        let length: UInt32
        let vr: VR?
        switch form {
        case .implicit:
            length = byteOrder.uint32(bytes, at: 4)
            vr = nil
        case .explicit(let letters, has32BitLength: true):
            length = byteOrder.uint32(bytes, at: 8)
            vr = letters
        case .explicit(let letters, has32BitLength: false):
            length = UInt32(byteOrder.uint16(bytes, at: 6))
            vr = letters
        }
        return ElementHeader(
            tag: tag(bytes), vr: vr, length: length == Self.undefinedLength ? nil : length, depth: depth)
    }
}

extension ElementEncoding.Form {
    /// A placeholder is read as an unknown VR with a 16-bit length, as other receivers do. Otherwise data sets that
    /// they store would be refused here.
    static let placeholder = Self.explicit(.un, has32BitLength: false)

    static func explicit(_ vr: VR) -> Self { .explicit(vr, has32BitLength: vr.has32BitLength) }
}

extension RawSpan {
    fileprivate func byte(at offset: Int) -> UInt8 { unsafeLoad(fromByteOffset: offset, as: UInt8.self) }
}
