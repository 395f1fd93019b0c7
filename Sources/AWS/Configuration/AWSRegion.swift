// SPDX-License-Identifier: Apache-2.0

/// An AWS region. Its name is checked only for being usable in a host name.
package struct AWSRegion: Sendable, Equatable {
    package let name: String
    let partition: AWSPartition
    /// Older settings request FIPS endpoints in the name of the region: `fips-us-east-1`, `us-east-1-fips`.
    let isFIPS: Bool

    /// The domain of its services' hosts.
    package var domain: String { partition.domain }

    package init(_ text: String) throws(AWSConfigurationError) {
        var parts = text.split(separator: "-", omittingEmptySubsequences: false)
        isFIPS = parts.first == "fips" || parts.last == "fips"
        parts.removeAll { $0 == "fips" }
        name = parts.joined(separator: "-")
        let isLabel = (1...63).contains(name.utf8.count) && parts.first != "" && parts.last != ""
        guard isLabel, name.utf8.allSatisfy(Self.isAllowed), !name.utf8.allSatisfy(Self.isDigit) else {
            throw .malformedSetting(
                name: "the AWS region", value: text, expected: "letters, digits and hyphens, such as eu-central-1")
        }
        partition = .of(region: name)
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

    private static func isAllowed(_ byte: UInt8) -> Bool {
        isDigit(byte) || byte == UInt8(ascii: "-")
            || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }
}
