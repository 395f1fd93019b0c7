// SPDX-License-Identifier: Apache-2.0

import Digests
import FoundationEssentials

/// The name of a delivery: unique, and sortable by the second in which the delivery was opened.
///
/// `20261123T235152-0123456789abcdef01234567`. It is a valid name of an execution (1 to 80 of `[0-9A-Za-z_-]`), a valid
/// `clientToken` and a valid `jobName` (1 to 64 characters).
package struct DeliveryID: Hashable, Sendable, Codable, CustomStringConvertible {
    /// In characters.
    static let length = 40

    package let description: String

    /// An id that is different each time.
    package init(openedAt date: Date, randomness: UInt64, _ more: UInt32) {
        let digits = Self.bytes(of: randomness) + Self.bytes(of: more)
        description = "\(Self.second(date))-\(digits.hexadecimal)"
    }

    package init(openedAt date: Date) {
        var generator = SystemRandomNumberGenerator()
        self.init(openedAt: date, using: &generator)
    }

    package init(openedAt date: Date, using generator: inout some RandomNumberGenerator) {
        self.init(openedAt: date, randomness: generator.next(), generator.next())
    }

    /// The same id for the same facts: an event that is delivered twice opens one delivery.
    package init(openedAt date: Date, derivedFrom facts: [String]) {
        let hash = SHA256.hash(facts.joined(separator: "\u{0}").utf8)
        description = "\(Self.second(date))-\(Array(hash.prefix(12)).hexadecimal)"
    }

    /// `nil` for a text of any other form.
    package init?(_ text: String) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        let form = Array("dddddddd:dddddd".utf8)
        guard parts.count == 2, parts[0].utf8.count == form.count, parts[1].utf8.count == 24,
            zip(parts[0].utf8, form).allSatisfy({
                $1 == UInt8(ascii: ":") ? $0 == UInt8(ascii: "T") : $0.isDigit
            }),
            parts[1].utf8.allSatisfy(\.isLowerCaseHexadecimalDigit)
        else { return nil }
        description = text
    }

    /// The second in which the delivery was opened, as a timestamp: `2026-11-23T23:51:52Z`.
    package var openedAt: String {
        var text = description.prefix { $0 != "-" } + "Z"
        for (offset, separator) in [(4, "-"), (7, "-"), (13, ":"), (16, ":")] {
            text.insert(contentsOf: separator, at: text.index(text.startIndex, offsetBy: offset))
        }
        return String(text)
    }

    package init(from decoder: any Decoder) throws {
        guard let id = DeliveryID(try decoder.singleValueContainer().decode(String.self)) else {
            throw DocumentError(
                at: decoder.codingPath, expected: "a delivery id such as 20261123T235152-0123456789abcdef01234567")
        }
        self = id
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }

    private static func second(_ date: Date) -> String {
        let style = Date.ISO8601FormatStyle(
            dateSeparator: .omitted, dateTimeSeparator: .standard, timeSeparator: .omitted, timeZone: .gmt)
        return String(date.formatted(style).prefix { $0 != "Z" })
    }

    private static func bytes(of number: some FixedWidthInteger) -> [UInt8] {
        withUnsafeBytes(of: number.bigEndian) { Array($0) }
    }
}
