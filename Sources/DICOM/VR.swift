/// A value representation: the two letters that say how a value is encoded.
///
/// Letters that this list does not name are kept, so that a VR of a later edition is read rather than refused.
/// PS3.5 §6.2.
package struct VR: Hashable, Sendable {
    private let letters: UInt16

    /// Nil when the two bytes are not upper-case letters, as when Implicit VR was sent under an explicit transfer syntax.
    package init?(_ first: UInt8, _ second: UInt8) {
        let upperCase = UInt8(ascii: "A")...UInt8(ascii: "Z")
        guard upperCase.contains(first), upperCase.contains(second) else { return nil }
        letters = UInt16(first) << 8 | UInt16(second)
    }

    private init(_ name: StaticString) {
        letters = name.withUTF8Buffer { UInt16($0[0]) << 8 | UInt16($0[1]) }
    }

    /// Whether two reserved bytes and a 32-bit length follow in Explicit VR.
    ///
    /// PS3.5 §7.1.2; §6.2 promises that every VR added later has this form, so an unknown one is read with it.
    package var has32BitLength: Bool {
        !Self.with16BitLength.contains(self)
    }

    package var bytes: (UInt8, UInt8) {
        (UInt8(letters >> 8), UInt8(truncatingIfNeeded: letters))
    }
}

extension VR {
    package static let ob = VR("OB")
    package static let ow = VR("OW")
    package static let sh = VR("SH")
    package static let sq = VR("SQ")
    package static let ui = VR("UI")
    package static let ul = VR("UL")
    package static let un = VR("UN")

    /// PS3.5 Table 7.1-2.
    private static let with16BitLength: Set<VR> = [
        VR("AE"), VR("AS"), VR("AT"), VR("CS"), VR("DA"), VR("DS"), VR("DT"), VR("FD"), VR("FL"), VR("IS"), VR("LO"),
        VR("LT"), VR("PN"), sh, VR("SL"), VR("SS"), VR("ST"), VR("TM"), ui, ul, VR("US"),
    ]
}

extension VR: CustomStringConvertible {
    package var description: String {
        String(decoding: [bytes.0, bytes.1], as: UTF8.self)
    }
}
