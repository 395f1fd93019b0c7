// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials

/// Values of documents from outside. Each is checked when it is read; the error names the place of a value that is not
/// valid.
extension KeyedDecodingContainer {
    func text(_ rule: TextRule, _ key: Key) throws -> String {
        let text = try decode(String.self, forKey: key)
        guard rule.allows(text) else { throw error(at: key, expected: rule.expected) }
        return text
    }

    /// `nil` if the member is missing or null.
    func textIfPresent(_ rule: TextRule, _ key: Key) throws -> String? {
        try isPresent(key) ? text(rule, key) : nil
    }

    func integer(in range: ClosedRange<Int>, _ key: Key) throws -> Int {
        guard let number = try? decode(Int.self, forKey: key), range.contains(number) else {
            throw error(at: key, expected: "a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    func integerIfPresent(in range: ClosedRange<Int>, _ key: Key) throws -> Int? {
        try isPresent(key) ? integer(in: range, key) : nil
    }

    func number(in range: ClosedRange<Double>, _ key: Key) throws -> Double {
        guard let number = try? decode(Double.self, forKey: key), range.contains(number) else {
            throw error(at: key, expected: "a number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    /// `nil` if the member is missing, null or of another type: the rest of what HealthImaging wrote is still used.
    func readable<Value: Decodable>(_: Value.Type, _ key: Key) -> Value? {
        try? decode(Value.self, forKey: key)
    }

    /// The same for a number that HealthImaging counted.
    func readableCount(_ key: Key) -> Int? {
        readable(Int.self, key).flatMap { DocumentLimits.counts.contains($0) ? $0 : nil }
    }

    /// The same for the id of an image set: `[0-9a-z]{32}` in AWS's model of the service.
    func readableImageSetID(_ key: Key) -> String? {
        readable(String.self, key).flatMap { TextRule.jobID.allows($0) ? $0 : nil }
    }

    func date(_ key: Key) throws -> Date {
        guard let date = try? decode(Date.self, forKey: key), DocumentLimits.times.contains(date) else {
            throw error(at: key, expected: "a time in ISO 8601")
        }
        return date
    }

    /// `nil` if the member is missing or null.
    func dateIfPresent(_ key: Key) throws -> Date? {
        try isPresent(key) ? date(key) : nil
    }

    func error(at key: Key, expected: String) -> DocumentError {
        DocumentError(at: codingPath + [key], expected: expected)
    }

    private func isPresent(_ key: Key) throws -> Bool {
        try contains(key) && !decodeNil(forKey: key)
    }
}
