// SPDX-License-Identifier: Apache-2.0

/// Checks a JSON text before the decoder reads it: it must be UTF-8, and nested no deeper than
/// `DocumentLimits.maximumDepth`.
///
/// The decoder of Swift 6.3's Foundation has a limit of its own, 512, and traps at a text that ends with the bracket
/// that exceeds this limit. It also accepts UTF-16 and UTF-32, in which a byte that looks like a bracket may be a part
/// of another character. Those encodings contain zero bytes, and JSON in UTF-8 does not.
enum JSONForm {
    static func check(_ bytes: [UInt8]) throws(DocumentError) {
        var depth = 0
        var isInString = false
        var isEscaped = false
        for byte in bytes {
            if byte == 0 { throw DocumentError(expected: "JSON in UTF-8") }
            if isEscaped {
                isEscaped = false
                continue
            }
            switch byte {
            case UInt8(ascii: "\""): isInString.toggle()
            case UInt8(ascii: "\\"): isEscaped = isInString
            case UInt8(ascii: "["), UInt8(ascii: "{"): if !isInString { depth += 1 }
            case UInt8(ascii: "]"), UInt8(ascii: "}"): if !isInString { depth -= 1 }
            default: break
            }
            guard depth <= DocumentLimits.maximumDepth else {
                throw DocumentError(expected: "JSON of at most \(DocumentLimits.maximumDepth) levels")
            }
        }
    }
}
