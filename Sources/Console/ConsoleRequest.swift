// SPDX-License-Identifier: Apache-2.0

import ByteComparison

/// A request without a body.
struct ConsoleRequest: Sendable {
    let method: String
    /// Percent-decoded.
    let path: String
    /// The first value of each name, percent-decoded.
    let query: [String: String]
    /// The port on which the request arrived.
    let port: Int
    private let headerFields: [(name: String, value: String)]

    /// `nil` if the target is not a path with a valid query.
    init?(method: String, target: String, fields: [(String, String)], port: Int) {
        let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts[0].begins(with: "/"), let path = Self.decoded(parts[0]) else { return nil }
        var query: [String: String] = [:]
        for item in parts.dropFirst().first?.split(separator: "&") ?? [] {
            let pair = item.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = Self.decoded(pair[0]), let value = Self.decoded(pair.dropFirst().first ?? "") else {
                return nil
            }
            if query[name] == nil { query[name] = value }
        }
        self.method = method
        self.path = path
        self.query = query
        self.port = port
        headerFields = fields.map { (name: $0.0.lowercased(), value: $0.1) }
    }

    /// Whether it asks for data of the pipeline, rather than for a file of the page.
    var isForAPI: Bool { path.begins(with: "/api/") }

    /// The values of all fields with this name, which is in lower case.
    func fields(_ name: String) -> [String] {
        headerFields.filter { $0.name == name }.map(\.value)
    }

    /// The value of the only field with this name; `nil` if there are none or several.
    func field(_ name: String) -> String? {
        let values = fields(name)
        return values.count == 1 ? values[0] : nil
    }

    /// `nil` if an escape is malformed, or the bytes are not UTF-8.
    private static func decoded(_ text: Substring) -> String? {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard let high = rest.popFirst().flatMap(digit), let low = rest.popFirst().flatMap(digit) else {
                return nil
            }
            bytes.append(high << 4 | low)
        }
        return String(validating: bytes, as: UTF8.self)
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
