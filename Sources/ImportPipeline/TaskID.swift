// SPDX-License-Identifier: Apache-2.0

/// The name of one run of the receiver, unique among all runs: 16 hexadecimal digits.
package struct TaskID: Hashable, Sendable, Codable, CustomStringConvertible {
    package let description: String

    package init() {
        var generator = SystemRandomNumberGenerator()
        self.init(using: &generator)
    }

    package init(using generator: inout some RandomNumberGenerator) {
        let digits = String(generator.next() as UInt64, radix: 16)
        description = String(repeating: "0", count: 16 - digits.count) + digits
    }

    /// `nil` for a text of any other form.
    package init?(_ text: String) {
        guard text.utf8.count == 16, text.utf8.allSatisfy(\.isLowerCaseHexadecimalDigit) else { return nil }
        description = text
    }

    package init(from decoder: any Decoder) throws {
        guard let id = TaskID(try decoder.singleValueContainer().decode(String.self)) else {
            throw DocumentError(at: decoder.codingPath, expected: "a task's id: 16 hexadecimal digits")
        }
        self = id
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
