// SPDX-License-Identifier: Apache-2.0

import AWS

extension DynamoDBClient {
    package typealias Item = [String: DynamoDBAttribute]

    /// A condition in DynamoDB's language, with its values; `:value` stands for a value.
    package struct Condition: Sendable {
        let expression: String
        let names: [String: String]?
        let values: [String: DynamoDBAttribute]?

        package init(_ expression: String, names: [String: String] = [:], values: [String: String] = [:]) {
            self.expression = expression
            self.names = names.isEmpty ? nil : names
            self.values = values.isEmpty ? nil : values.mapValues { .text($0) }
        }
    }

    /// The items of a table that meet the condition. It reads the whole table, a megabyte for each page.
    package func scan(table: String, where condition: Condition?, maximumPages: Int) async throws -> Pages<Item> {
        try await .follow(atMost: maximumPages) { key in
            let answer: Items = try await send(
                "Scan",
                Scan(
                    TableName: table, FilterExpression: condition?.expression,
                    ExpressionAttributeNames: condition?.names, ExpressionAttributeValues: condition?.values,
                    ExclusiveStartKey: key))
            return (answer.Items ?? [], answer.LastEvaluatedKey)
        }
    }

    /// The items with this value of the partition key, of the table or of one of its indexes, in the order of the sort
    /// key.
    ///
    /// - Parameters:
    ///   - bound: the sort key, and its greatest value.
    ///   - limit: the number of items that are enough.
    package func query(
        table: String, index: String? = nil, key: (name: String, value: String),
        upTo bound: (name: String, value: String)? = nil, limit: Int? = nil, maximumPages: Int
    ) async throws -> Pages<Item> {
        var query = Query(
            TableName: table, IndexName: index, KeyConditionExpression: "#key = :key",
            ExpressionAttributeNames: ["#key": key.name], ExpressionAttributeValues: [":key": .text(key.value)],
            Limit: limit)
        if let bound {
            query.KeyConditionExpression += " AND #sort <= :bound"
            query.ExpressionAttributeNames["#sort"] = bound.name
            query.ExpressionAttributeValues[":bound"] = .text(bound.value)
        }
        return try await .follow(atMost: maximumPages, until: { $0.count >= limit ?? .max }) { start in
            query.ExclusiveStartKey = start
            let answer: Items = try await send("Query", query)
            return (answer.Items ?? [], answer.LastEvaluatedKey)
        }
    }

    /// The number of keys that one `batchGetItem` may have.
    package static let maximumBatchKeys = 100

    /// The items with these keys, by reads that are not strongly consistent, and the keys that DynamoDB did not look
    /// at. No key may be there twice.
    package func batchGetItem(
        table: String, keys: [Item]
    ) async throws -> (items: [Item], unprocessedKeys: [Item]) {
        let answer: Batch = try await send("BatchGetItem", BatchGetItem(RequestItems: [table: BatchKeys(Keys: keys)]))
        return (answer.Responses?[table] ?? [], answer.UnprocessedKeys?[table]?.Keys ?? [])
    }

    /// Changes an item if it meets the condition. Returns whether it did.
    package func updateItem(
        table: String, key: (name: String, value: String), setting expression: String, if condition: Condition
    ) async throws -> Bool {
        let body = UpdateItem(
            TableName: table, Key: [key.name: .text(key.value)], UpdateExpression: expression,
            ConditionExpression: condition.expression, ExpressionAttributeNames: condition.names,
            ExpressionAttributeValues: condition.values)
        do {
            try await client.send(request("UpdateItem", body))
            return true
        } catch let error as AWSServiceError where error.code == "ConditionalCheckFailedException" {
            return false
        }
    }

    private func send<Answer: Decodable>(_ operation: String, _ body: some Encodable) async throws -> Answer {
        try await client.answer(to: request(operation, body))
    }

    private func request(_ operation: String, _ body: some Encodable) throws -> AWSRequest {
        try .json(
            .dynamoDB, target: "DynamoDB_20120810", operation: operation, version: "1.0", body: body,
            configuration: client.configuration)
    }

    // Members are spelled as in the API.

    private struct Scan: Encodable {
        let TableName: String
        let FilterExpression: String?
        let ExpressionAttributeNames: [String: String]?
        let ExpressionAttributeValues: Item?
        let ExclusiveStartKey: Item?
    }

    private struct Query: Encodable {
        let TableName: String
        let IndexName: String?
        var KeyConditionExpression: String
        var ExpressionAttributeNames: [String: String]
        var ExpressionAttributeValues: Item
        let Limit: Int?
        var ExclusiveStartKey: Item?
    }

    private struct BatchGetItem: Encodable {
        let RequestItems: [String: BatchKeys]
    }

    private struct BatchKeys: Codable {
        let Keys: [Item]
    }

    private struct Batch: Decodable {
        let Responses: [String: [Item]]?
        let UnprocessedKeys: [String: BatchKeys]?
    }

    private struct UpdateItem: Encodable {
        let TableName: String
        let Key: Item
        let UpdateExpression: String
        let ConditionExpression: String
        let ExpressionAttributeNames: [String: String]?
        let ExpressionAttributeValues: Item?
    }

    private struct Items: Decodable {
        let Items: [Item]?
        let LastEvaluatedKey: Item?
    }
}
