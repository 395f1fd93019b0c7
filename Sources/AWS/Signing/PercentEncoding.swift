// SPDX-License-Identifier: Apache-2.0

import Digests

extension String {
    /// Encodes every UTF-8 byte as `%XX`, except unreserved characters (RFC 3986 §2.3) and those in `kept`. AWS signs
    /// this form.
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

extension UInt8 {
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
