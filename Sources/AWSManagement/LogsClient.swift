// SPDX-License-Identifier: Apache-2.0

import AWS
import FoundationEssentials

/// The operation of Amazon CloudWatch Logs that is used here.
package struct LogsClient: Sendable {
    package let client: AWSClient

    package init(client: AWSClient) {
        self.client = client
    }

    package struct Event: Decodable, Sendable, Equatable {
        package let eventId: String?
        /// Milliseconds since 1970.
        package let timestamp: Int
        package let message: String

        package init(eventId: String? = nil, timestamp: Int, message: String) {
            self.eventId = eventId
            self.timestamp = timestamp
            self.message = message
        }
    }

    /// The events of a log group from a time on, oldest first, that match a pattern. A group that does not exist gives
    /// an error with the code `ResourceNotFoundException`.
    package func filterLogEvents(
        logGroup: String, from start: Date, until end: Date? = nil, pattern: String?, maximumPages: Int
    ) async throws -> Pages<Event> {
        try await .follow(atMost: maximumPages) { token in
            let answer: Answer = try await send(
                "FilterLogEvents",
                Filter(
                    logGroupName: logGroup, startTime: Self.milliseconds(start), endTime: end.map(Self.milliseconds),
                    filterPattern: pattern, nextToken: token))
            return (answer.events ?? [], answer.nextToken)
        }
    }

    private func send<Answer: Decodable>(_ operation: String, _ body: some Encodable) async throws -> Answer {
        try await client.answer(
            to: .json(
                .logs, target: "Logs_20140328", operation: operation, version: "1.1", body: body,
                configuration: client.configuration))
    }

    private static func milliseconds(_ date: Date) -> Int { Int(max(0, date.timeIntervalSince1970 * 1_000)) }

    private struct Filter: Encodable {
        let logGroupName: String
        let startTime: Int
        let endTime: Int?
        let filterPattern: String?
        let nextToken: String?
    }

    private struct Answer: Decodable {
        let events: [Event]?
        let nextToken: String?
    }
}
