import FoundationEssentials
import HTTP

/// Amazon DynamoDB, as far as it is used here: items whose attributes are all strings.
package struct DynamoDBClient: Sendable {
    private let client: AWSClient

    package init(client: AWSClient) {
        self.client = client
    }

    /// Writes an item unless there is one with its key. False: there was one, and it stays as it is.
    @discardableResult
    package func putItemIfAbsent(table: String, keyName: String, item: [String: String]) async throws -> Bool {
        let request = PutItem(
            TableName: table, Item: item.mapValues(AttributeValue.init),
            ConditionExpression: "attribute_not_exists(#key)", ExpressionAttributeNames: ["#key": keyName])
        return try await sendConditional("PutItem", request)
    }

    /// An attribute of an item, by a read that sees all writes before it; nil where the item or the attribute is missing.
    package func getAttribute(
        _ name: String, table: String, key: (name: String, value: String)
    ) async throws -> String? {
        let request = GetItem(
            TableName: table, Key: [key.name: AttributeValue(S: key.value)], ConsistentRead: true,
            ProjectionExpression: "#n", ExpressionAttributeNames: ["#n": name])
        let response = try await send("GetItem", request)
        return try JSONDecoder().decode(GotItem.self, from: Data(response.body)).Item?[name]?.S
    }

    /// Sets attributes of an item, which is made if there is none with this key.
    package func updateItem(
        table: String, key: (name: String, value: String), setting attributes: [String: String]
    ) async throws {
        let names = attributes.keys.sorted()
        let request = UpdateItem(
            TableName: table,
            Key: [key.name: AttributeValue(S: key.value)],
            UpdateExpression: "SET " + names.indices.map { "#n\($0) = :v\($0)" }.joined(separator: ", "),
            ExpressionAttributeNames: Dictionary(
                uniqueKeysWithValues: names.enumerated().map { ("#n\($0)", $1) }),
            ExpressionAttributeValues: Dictionary(
                uniqueKeysWithValues: names.enumerated().map { (":v\($0)", AttributeValue(S: attributes[$1] ?? "")) }))
        try await send("UpdateItem", request)
    }

    private func sendConditional(_ operation: String, _ request: some Encodable) async throws -> Bool {
        do {
            try await send(operation, request)
            return true
        } catch let error as AWSServiceError where error.code == "ConditionalCheckFailedException" {
            return false
        }
    }

    @discardableResult
    private func send(_ operation: String, _ request: some Encodable) async throws -> HTTPResponse {
        try await client.send(
            .json(
                .dynamoDB, target: "DynamoDB_20120810", operation: operation, version: "1.0", body: request,
                configuration: client.configuration))
    }

    // Spelled as in the API.

    private struct AttributeValue: Codable {
        let S: String
    }

    private struct PutItem: Encodable {
        let TableName: String
        let Item: [String: AttributeValue]
        let ConditionExpression: String
        let ExpressionAttributeNames: [String: String]
    }

    private struct GetItem: Encodable {
        let TableName: String
        let Key: [String: AttributeValue]
        let ConsistentRead: Bool
        let ProjectionExpression: String
        let ExpressionAttributeNames: [String: String]
    }

    private struct GotItem: Decodable {
        /// nil: there is none.
        let Item: [String: AttributeValue]?
    }

    private struct UpdateItem: Encodable {
        let TableName: String
        let Key: [String: AttributeValue]
        let UpdateExpression: String
        let ExpressionAttributeNames: [String: String]
        let ExpressionAttributeValues: [String: AttributeValue]
    }
}
