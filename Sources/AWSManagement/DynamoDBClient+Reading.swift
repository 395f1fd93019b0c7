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

    /// The items with this value of the partition key, of the table or of one of its indexes.
    package func query(
        table: String, index: String? = nil, key: (name: String, value: String), maximumPages: Int
    ) async throws -> Pages<Item> {
        try await .follow(atMost: maximumPages) { start in
            let answer: Items = try await send(
                "Query",
                Query(
                    TableName: table, IndexName: index, KeyConditionExpression: "#key = :key",
                    ExpressionAttributeNames: ["#key": key.name],
                    ExpressionAttributeValues: [":key": .text(key.value)], ExclusiveStartKey: start))
            return (answer.Items ?? [], answer.LastEvaluatedKey)
        }
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
        let KeyConditionExpression: String
        let ExpressionAttributeNames: [String: String]
        let ExpressionAttributeValues: Item
        let ExclusiveStartKey: Item?
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
