// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import HTTP

/// The operations of Amazon DynamoDB that are used here, on items whose attributes are strings, sets of strings or
/// lists of maps of strings.
package struct DynamoDBClient: Sendable {
    package let client: AWSClient

    package init(client: AWSClient) {
        self.client = client
    }

    /// Writes an item if no item with its key exists. Returns false if one exists; that item is not changed.
    @discardableResult
    package func putItemIfAbsent(table: String, keyName: String, item: [String: String]) async throws -> Bool {
        let request = PutItem(
            TableName: table, Item: item.mapValues { .text($0) },
            ConditionExpression: "attribute_not_exists(#key)", ExpressionAttributeNames: ["#key": keyName])
        return try await send("PutItem", request, answeredBy: Self.conditionFailed).status < 400
    }

    /// Writes an item, or replaces the one with its key, if the condition holds for the existing item.
    package func putItem(
        table: String, item: [String: DynamoDBAttribute], if condition: DynamoDBCondition
    ) async throws -> ConditionalPut {
        let request = PutItem(
            TableName: table, Item: item, ConditionExpression: condition.expression,
            ExpressionAttributeNames: condition.names, ExpressionAttributeValues: condition.values,
            ReturnValuesOnConditionCheckFailure: "ALL_OLD")
        let response = try await send("PutItem", request, answeredBy: Self.conditionFailed)
        guard response.status >= 400 else { return .written }
        return .refused(by: try JSONDecoder().decode(GotItem.self, from: Data(response.body)).Item)
    }

    /// An attribute of an item, by a strongly consistent read; `nil` if the item or the attribute does not exist.
    package func getAttribute(
        _ name: String, table: String, key: (name: String, value: String)
    ) async throws -> String? {
        let request = GetItem(
            TableName: table, Key: [key.name: .text(key.value)], ConsistentRead: true,
            ProjectionExpression: "#n", ExpressionAttributeNames: ["#n": name])
        return try await item(request)?[name]?.text
    }

    /// An item, by a strongly consistent read; `nil` if it does not exist.
    package func getItem(
        table: String, key: (name: String, value: String)
    ) async throws -> [String: DynamoDBAttribute]? {
        try await item(GetItem(TableName: table, Key: [key.name: .text(key.value)], ConsistentRead: true))
    }

    private func item(_ request: GetItem) async throws -> [String: DynamoDBAttribute]? {
        let response = try await send("GetItem", request)
        return try JSONDecoder().decode(GotItem.self, from: Data(response.body)).Item
    }

    /// The first items of an index with this partition key, in the order of the sort key, up to its greatest value.
    /// The read is not strongly consistent, and ends after a megabyte.
    package func queryIndex(
        _ index: String, table: String, key: (name: String, value: String), upTo bound: (name: String, value: String),
        limit: Int
    ) async throws -> [[String: DynamoDBAttribute]] {
        let request = Query(
            TableName: table, IndexName: index, KeyConditionExpression: "#key = :key AND #sort <= :bound",
            ExpressionAttributeNames: ["#key": key.name, "#sort": bound.name],
            ExpressionAttributeValues: [":key": .text(key.value), ":bound": .text(bound.value)], Limit: limit)
        let response = try await send("Query", request)
        return try JSONDecoder().decode(FoundItems.self, from: Data(response.body)).Items
    }

    /// Sets some attributes of an item and removes others. If no item with this key exists, it is created.
    package func updateItem(
        table: String, key: (name: String, value: String), setting attributes: [String: String],
        removing removed: [String]
    ) async throws {
        let names = attributes.keys.sorted()
        let set = names.indices.map { "#n\($0) = :v\($0)" }.joined(separator: ", ")
        let gone = removed.indices.map { "#r\($0)" }.joined(separator: ", ")
        let request = UpdateItem(
            TableName: table,
            Key: [key.name: .text(key.value)],
            UpdateExpression: "SET \(set)" + (gone.isEmpty ? "" : " REMOVE \(gone)"),
            ExpressionAttributeNames: Dictionary(
                uniqueKeysWithValues: names.enumerated().map { ("#n\($0)", $1) }
                    + removed.enumerated().map { ("#r\($0)", $1) }),
            ExpressionAttributeValues: Dictionary(
                uniqueKeysWithValues: names.enumerated().map { (":v\($0)", .text(attributes[$1] ?? "")) }))
        try await send("UpdateItem", request)
    }

    private static let conditionFailed = "ConditionalCheckFailedException"

    /// An error with the given code is returned as a response and not thrown.
    private func send(
        _ operation: String, _ request: some Encodable, answeredBy code: String
    ) async throws -> HTTPResponse {
        try await client.send(self.request(operation, request).answered(by: code))
    }

    @discardableResult
    private func send(_ operation: String, _ request: some Encodable) async throws -> HTTPResponse {
        try await client.send(self.request(operation, request))
    }

    private func request(_ operation: String, _ body: some Encodable) throws -> AWSRequest {
        try .json(
            .dynamoDB, target: "DynamoDB_20120810", operation: operation, version: "1.0", body: body,
            configuration: client.configuration)
    }

    // Members are spelled as in the API.

    private struct PutItem: Encodable {
        let TableName: String
        let Item: [String: DynamoDBAttribute]
        let ConditionExpression: String
        let ExpressionAttributeNames: [String: String]
        var ExpressionAttributeValues: [String: DynamoDBAttribute]?
        var ReturnValuesOnConditionCheckFailure: String?
    }

    private struct GetItem: Encodable {
        let TableName: String
        let Key: [String: DynamoDBAttribute]
        let ConsistentRead: Bool
        var ProjectionExpression: String?
        var ExpressionAttributeNames: [String: String]?
    }

    private struct GotItem: Decodable {
        /// `nil` if no such item exists.
        let Item: [String: DynamoDBAttribute]?
    }

    private struct Query: Encodable {
        let TableName: String
        let IndexName: String
        let KeyConditionExpression: String
        let ExpressionAttributeNames: [String: String]
        let ExpressionAttributeValues: [String: DynamoDBAttribute]
        let Limit: Int
    }

    private struct FoundItems: Decodable {
        let Items: [[String: DynamoDBAttribute]]
    }

    private struct UpdateItem: Encodable {
        let TableName: String
        let Key: [String: DynamoDBAttribute]
        let UpdateExpression: String
        let ExpressionAttributeNames: [String: String]
        let ExpressionAttributeValues: [String: DynamoDBAttribute]
    }
}
