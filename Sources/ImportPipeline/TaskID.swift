/// The name of one run of the receiver, which no other run has.
package struct TaskID: Hashable, Sendable, Codable, CustomStringConvertible {
    package let description: String

    package init() {
        let digits = String(UInt64.random(in: 0 ... .max), radix: 16)
        description = String(repeating: "0", count: 16 - digits.count) + digits
    }

    package init(_ text: String) {
        description = text
    }

    package init(from decoder: any Decoder) throws {
        description = try decoder.singleValueContainer().decode(String.self)
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
