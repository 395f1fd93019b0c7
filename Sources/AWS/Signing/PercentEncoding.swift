extension String {
    /// Every byte of the UTF-8 form that is not unreserved (RFC 3986 §2.3) as `%XX`, as AWS signs it.
    package func percentEncoded(keeping kept: String = "") -> String {
        let kept = Set(kept.utf8)
        var encoded: [UInt8] = []
        encoded.reserveCapacity(utf8.count)
        let digits = Array("0123456789ABCDEF".utf8)
        for byte in utf8 {
            if byte.isUnreserved || kept.contains(byte) {
                encoded.append(byte)
            } else {
                encoded += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: encoded, as: UTF8.self)
    }
}

extension UInt8 {
    private static let unreservedPunctuation = Set("-._~".utf8)

    fileprivate var isUnreserved: Bool {
        switch self {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: Self.unreservedPunctuation.contains(self)
        }
    }
}
