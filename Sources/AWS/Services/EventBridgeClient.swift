// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import HTTP

/// The operation of Amazon EventBridge that is used here.
package struct EventBridgeClient: Sendable {
    package let client: AWSClient

    package init(client: AWSClient) {
        self.client = client
    }

    /// Sends one event; `detail` is a JSON object. EventBridge refuses an entry in a response with status 200. This is
    /// thrown with the code of the entry, and retried like any other error.
    ///
    /// EventBridge accepts an event for a bus that does not exist, and drops it.
    package func putEvent(bus: String, source: String, detailType: String, detail: String) async throws {
        let entry = Entry(EventBusName: bus, Source: source, DetailType: detailType, Detail: detail)
        let request = try AWSRequest.json(
            .eventBridge, target: "AWSEvents", operation: "PutEvents", version: "1.1",
            body: PutEvents(Entries: [entry]), configuration: client.configuration)
        try await client.send(request.failing(by: Self.refusal))
    }

    /// `nil` if EventBridge took the event. A response that cannot be read does not say so: it counts as a failure of
    /// the service.
    private static func refusal(_ response: HTTPResponse, _ request: AWSRequest) -> AWSServiceError? {
        let answer = try? JSONDecoder().decode(Answer.self, from: Data(response.body))
        guard answer?.FailedEntryCount != 0 else { return nil }
        let entry = answer?.Entries?.first
        return AWSServiceError(
            service: request.service.signingName, operation: request.operation, statusCode: response.status,
            code: entry?.ErrorCode ?? "InternalFailure",
            message: entry?.ErrorMessage ?? "expected FailedEntryCount 0, but the response does not have it",
            requestID: response.headers["x-amzn-requestid"])
    }

    // Members are spelled as in the API.

    private struct PutEvents: Encodable {
        let Entries: [Entry]
    }

    private struct Entry: Encodable {
        let EventBusName: String
        let Source: String
        let DetailType: String
        let Detail: String
    }

    private struct Answer: Decodable {
        struct Entry: Decodable {
            let ErrorCode: String?
            let ErrorMessage: String?
        }
        let FailedEntryCount: Int
        let Entries: [Entry]?
    }
}
