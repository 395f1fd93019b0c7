// SPDX-License-Identifier: Apache-2.0

/// The condition of a conditional write, about the existing item.
package struct DynamoDBCondition: Sendable {
    let expression: String
    let names: [String: String]
    let values: [String: DynamoDBAttribute]?

    /// No item with this key exists.
    package static func absent(key: String) -> DynamoDBCondition {
        DynamoDBCondition(expression: "attribute_not_exists(#key)", names: ["#key": key], values: nil)
    }

    /// Each attribute has the given value; `nil` means that the attribute does not exist.
    package static func has(_ attributes: [String: String?]) -> DynamoDBCondition {
        var names: [String: String] = [:]
        var values: [String: DynamoDBAttribute] = [:]
        var terms: [String] = []
        for (index, (name, value)) in attributes.sorted(by: { $0.key < $1.key }).enumerated() {
            names["#n\(index)"] = name
            terms.append(value == nil ? "attribute_not_exists(#n\(index))" : "#n\(index) = :v\(index)")
            values[":v\(index)"] = value.map { .text($0) }
        }
        return DynamoDBCondition(
            expression: terms.joined(separator: " AND "), names: names, values: values.isEmpty ? nil : values)
    }

    package func or(_ other: DynamoDBCondition) -> DynamoDBCondition {
        DynamoDBCondition(
            expression: "\(expression) OR (\(other.expression))",
            names: names.merging(other.names) { first, _ in first },
            values: other.values.map { (values ?? [:]).merging($0) { first, _ in first } } ?? values)
    }
}
