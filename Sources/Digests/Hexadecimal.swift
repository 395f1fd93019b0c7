// SPDX-License-Identifier: Apache-2.0

extension [UInt8] {
    /// Two lower-case hexadecimal digits for each byte.
    package var hexadecimal: String {
        String(unsafeUninitializedCapacity: 2 * count) { digits in
            for (index, byte) in enumerated() {
                (digits[2 * index], digits[2 * index + 1]) = byte.hexadecimalDigits(letters: "a")
            }
            return 2 * count
        }
    }
}

extension UInt8 {
    /// The two digits in ASCII. `letters` is `a` for lower case and `A` for upper case.
    package func hexadecimalDigits(letters: Unicode.Scalar) -> (UInt8, UInt8) {
        func digit(_ value: UInt8) -> UInt8 {
            value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: letters) + value - 10
        }
        return (digit(self >> 4), digit(self & 15))
    }
}
