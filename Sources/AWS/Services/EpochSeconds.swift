// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials

/// A time in AWS's JSON: seconds since 1970, with a fraction. Only times that ISO 8601 can express are accepted.
package struct EpochSeconds: Decodable, Sendable, Equatable {
    /// Up to the end of the year 9999.
    private static let range = 0.0...253_402_300_799

    package let date: Date

    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let seconds = try container.decode(Double.self)
        guard Self.range.contains(seconds) else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "expected seconds since 1970, up to the year 9999")
        }
        date = Date(timeIntervalSince1970: seconds)
    }
}
