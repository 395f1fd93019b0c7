extension String {
    /// Every byte of the UTF-8 form that is not unreserved (RFC 3986 §2.3) as `%XX`, as AWS signs it.
    package func percentEncoded(keeping kept: String = "") -> String {
        String(unsafeUninitializedCapacity: 3 * utf8.count) { encoded in
            var count = 0
            for byte in utf8 {
                if byte.isUnreserved || kept.utf8.contains(byte) {
                    encoded[count] = byte
                    count += 1
                } else {
                    encoded[count] = UInt8(ascii: "%")
                    (encoded[count + 1], encoded[count + 2]) = byte.hexadecimalDigits(letters: "A")
                    count += 3
                }
            }
            return count
        }
    }
}

extension [UInt8] {
    /// Lower-case hexadecimal digits, two a byte.
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
    /// In ASCII, the first letter as given.
    fileprivate func hexadecimalDigits(letters: Unicode.Scalar) -> (UInt8, UInt8) {
        func digit(_ value: UInt8) -> UInt8 {
            value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: letters) + value - 10
        }
        return (digit(self >> 4), digit(self & 15))
    }

    fileprivate var isUnreserved: Bool {
        switch self {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
            UInt8(ascii: "~"):
            true
        default: false
        }
    }
}
