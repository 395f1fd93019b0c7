/// What must hold for the item that is there.
package struct DynamoDBCondition: Sendable {
    let expression: String
    let names: [String: String]
    let values: [String: DynamoDBAttribute]?

    /// There is none with this key.
    package static func absent(key: String) -> DynamoDBCondition {
        DynamoDBCondition(expression: "attribute_not_exists(#key)", names: ["#key": key], values: nil)
    }

    /// Each attribute has this value; nil: there is no such attribute.
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
