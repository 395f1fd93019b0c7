// SPDX-License-Identifier: Apache-2.0

/// A value representation (VR): two letters that specify the encoding of a value.
///
/// Unknown letters are kept, so that a VR of a later edition of the standard can be read.
/// PS3.5 §6.2.
package struct VR: Hashable, Sendable {
    private let letters: UInt16

    /// `nil` if the two bytes are not upper-case letters, as when Implicit VR was sent under an explicit transfer
    /// syntax.
    package init?(_ first: UInt8, _ second: UInt8) {
        let upperCase = UInt8(ascii: "A")...UInt8(ascii: "Z")
        guard upperCase.contains(first), upperCase.contains(second) else { return nil }
        letters = UInt16(first) << 8 | UInt16(second)
    }

    private init(_ name: StaticString) {
        letters = name.withUTF8Buffer { UInt16($0[0]) << 8 | UInt16($0[1]) }
    }

    /// Whether two reserved bytes and a 32-bit length follow the VR in Explicit VR.
    ///
    /// PS3.5 §7.1.2. According to §6.2, every VR added later has this form, so it is used for unknown ones.
    package var has32BitLength: Bool { form != .length16 }

    /// Whether PS3.5 Table 6.2-1 contains it.
    package var isKnown: Bool { form != .unknown }

    package var bytes: (UInt8, UInt8) {
        (UInt8(letters >> 8), UInt8(truncatingIfNeeded: letters))
    }

    private enum Form {
        case length16, length32, unknown
    }

    /// PS3.5 Tables 7.1-1 and 7.1-2. A switch over numbers is fast, and every element of a data set needs it.
    private var form: Form {
        switch letters {
        // AE AS AT CS DA DS DT FD FL IS LO LT PN SH SL SS ST TM UI UL US
        case 0x4145, 0x4153, 0x4154, 0x4353, 0x4441, 0x4453, 0x4454, 0x4644, 0x464C, 0x4953, 0x4C4F, 0x4C54, 0x504E,
            0x5348, 0x534C, 0x5353, 0x5354, 0x544D, 0x5549, 0x554C, 0x5553:
            .length16
        // OB OD OF OL OV OW SQ SV UC UN UR UT UV
        case 0x4F42, 0x4F44, 0x4F46, 0x4F4C, 0x4F56, 0x4F57, 0x5351, 0x5356, 0x5543, 0x554E, 0x5552, 0x5554, 0x5556:
            .length32
        default: .unknown
        }
    }
}

extension VR {
    package static let ob = VR("OB")
    package static let ow = VR("OW")
    package static let sq = VR("SQ")
    package static let un = VR("UN")
}

extension VR: CustomStringConvertible {
    package var description: String {
        String(decoding: [bytes.0, bytes.1], as: UTF8.self)
    }
}
