// SPDX-License-Identifier: Apache-2.0

import Digests
import Testing

@Suite("CRC-32")
struct CRC32Tests {
    @Test("The CRC of \"123456789\" is the published check value, in one piece and in several")
    func check() {
        var whole = CRC32()
        Array("123456789".utf8).withUnsafeBytes { whole.update($0) }
        #expect(whole.value == 0xCBF4_3926)
        #expect(whole.base64 == "y/Q5Jg==")

        var pieces = CRC32()
        for piece in ["1234", "", "56789"] { Array(piece.utf8).withUnsafeBytes { pieces.update($0) } }
        #expect(pieces == whole)
        #expect(CRC32().base64 == "AAAAAA==")
    }

    @Test("Inputs of any length and alignment give what a bit-by-bit computation gives")
    func lengths() {
        let bytes = (0..<1024).map { UInt8(truncatingIfNeeded: $0 &* 167 &+ $0 >> 3) }
        for length in 0..<700 {
            let piece = bytes[(length % 61)...].prefix(length)
            var crc = CRC32()
            piece.withUnsafeBytes { crc.update($0) }
            #expect(crc.value == Self.bitByBit(piece))
        }
    }

    private static func bitByBit(_ bytes: some Sequence<UInt8>) -> UInt32 {
        ~bytes.reduce(UInt32.max) { crc, byte in
            (0..<8).reduce(crc ^ UInt32(byte)) { value, _ in value >> 1 ^ (value & 1 == 1 ? 0xEDB8_8320 : 0) }
        }
    }
}
