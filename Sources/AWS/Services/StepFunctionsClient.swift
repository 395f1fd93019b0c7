// SPDX-License-Identifier: Apache-2.0

import HTTP

/// The operations of AWS Step Functions that are used here.
package struct StepFunctionsClient: Sendable {
    package let client: AWSClient

    package init(client: AWSClient) {
        self.client = client
    }

    /// Starts an execution of a standard state machine. A name can be used once in 90 days. A second start with the
    /// same name and input has no effect while the execution runs; otherwise it fails with `ExecutionAlreadyExists`.
    package func startExecution(stateMachineARN: String, name: String, input: String) async throws {
        try await send("StartExecution", ["stateMachineArn": stateMachineARN, "name": name, "input": input])
    }

    /// Completes the task that waits for this token; `output` is JSON. If no task waits for it any more, this fails
    /// with one of `goneTaskCodes`.
    package func sendTaskSuccess(token: String, output: String) async throws {
        try await send("SendTaskSuccess", ["taskToken": token, "output": output])
    }

    /// Fails the task that waits for this token. The `Retry` and `Catch` of its state match on `error`.
    package func sendTaskFailure(token: String, error: String, cause: String) async throws {
        try await send("SendTaskFailure", ["taskToken": token, "error": error, "cause": cause])
    }

    /// Error codes for a token whose task was already completed, has timed out, or belongs to an execution that has
    /// ended.
    package static let goneTaskCodes: Set = ["InvalidToken", "TaskDoesNotExist", "TaskTimedOut"]

    @discardableResult
    func send(_ operation: String, _ body: [String: String]) async throws -> HTTPResponse {
        try await client.send(
            .json(
                .stepFunctions, target: "AWSStepFunctions", operation: operation, version: "1.0", body: body,
                configuration: client.configuration))
    }
}
