// SPDX-License-Identifier: Apache-2.0

import ByteComparison

/// Reads single values from the responses of S3, STS and CloudFormation: simple XML with entities, without CDATA and comments.
///
/// Works on Unicode scalars, as XML does. For Swift, `&` followed by a combining accent is one character that is not
/// `&`.
package enum S3XML {
    /// The text of the first element with this name; `nil` if there is none.
    package static func text(of element: String, in body: [UInt8]) -> String? {
        content(of: element, in: body[...]).map { unescape(String(decoding: $0, as: UTF8.self)) }
    }

    /// The contents of each element with this name. They can contain other elements, but none with the same name.
    package static func contents(of element: String, in body: [UInt8]) -> [[UInt8]] {
        var contents: [[UInt8]] = []
        var rest = body[...]
        while let content = content(of: element, in: rest) {
            contents.append(Array(content))
            rest = body[content.endIndex...]
        }
        return contents
    }

    private static func content(of element: String, in body: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        guard let start = firstIndex(of: Array("<\(element)>".utf8), in: body),
            let end = firstIndex(of: Array("</\(element)>".utf8), in: body[start.upperBound...])
        else { return nil }
        return body[start.upperBound..<end.lowerBound]
    }

    static func escape(_ text: String) -> String {
        text.unicodeScalars.reduce(into: "") { escaped, scalar in
            switch scalar {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
    }

    /// `#1114111;`, with room for some leading zeros.
    private static let longestEntity = 16

    private static func unescape(_ text: String) -> String {
        var result = String.UnicodeScalarView()
        var rest = text.unicodeScalars[...]
        while let ampersand = rest.firstIndex(of: "&") {
            result += rest[..<ampersand]
            let afterAmpersand = rest.index(after: ampersand)
            guard let semicolon = rest[afterAmpersand...].prefix(longestEntity).firstIndex(of: ";"),
                let scalar = entity(Substring(rest[afterAmpersand..<semicolon]))
            else {
                result.append("&")
                rest = rest[afterAmpersand...]
                continue
            }
            result.append(scalar)
            rest = rest[rest.index(after: semicolon)...]
        }
        return String(result + rest)
    }

    private static func entity(_ name: Substring) -> Unicode.Scalar? {
        switch name {
        case "amp": "&"
        case "lt": "<"
        case "gt": ">"
        case "quot": "\""
        case "apos": "'"
        default:
            if let digits = name.removing(prefix: "#x") {
                UInt32(digits, radix: 16).flatMap(Unicode.Scalar.init)
            } else if let digits = name.removing(prefix: "#") {
                UInt32(digits).flatMap(Unicode.Scalar.init)
            } else {
                nil
            }
        }
    }

    private static func firstIndex(of pattern: [UInt8], in bytes: ArraySlice<UInt8>) -> Range<Int>? {
        guard bytes.count >= pattern.count else { return nil }
        for start in bytes.startIndex...(bytes.endIndex - pattern.count)
        where bytes[start] == pattern[0] && bytes[start..<start + pattern.count].elementsEqual(pattern) {
            return start..<start + pattern.count
        }
        return nil
    }
}
