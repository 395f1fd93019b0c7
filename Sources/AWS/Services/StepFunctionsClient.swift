/// AWS Step Functions, as far as it is used here.
package struct StepFunctionsClient: Sendable {
    private let client: AWSClient

    package init(client: AWSClient) {
        self.client = client
    }

    /// Starts an execution of a standard state machine. A name is good for one execution in 90 days: starting it again
    /// with the same input while it runs changes nothing, later or with another input it fails with
    /// `ExecutionAlreadyExists`.
    package func startExecution(stateMachineARN: String, name: String, input: String) async throws {
        try await send("StartExecution", ["stateMachineArn": stateMachineARN, "name": name, "input": input])
    }

    /// Answers the task that waits for this token; `output` is JSON. Where nobody waits for it any more it fails with one of
    /// `goneTaskCodes`.
    package func sendTaskSuccess(token: String, output: String) async throws {
        try await send("SendTaskSuccess", ["taskToken": token, "output": output])
    }

    /// Fails the task that waits for this token: its state's `Retry` and `Catch` compare with `error`.
    package func sendTaskFailure(token: String, error: String, cause: String) async throws {
        try await send("SendTaskFailure", ["taskToken": token, "error": error, "cause": cause])
    }

    /// A token's task was answered, has timed out, or belongs to an execution that has ended.
    package static let goneTaskCodes: Set = ["InvalidToken", "TaskDoesNotExist", "TaskTimedOut"]

    private func send(_ operation: String, _ body: [String: String]) async throws {
        _ = try await client.send(
            .json(
                .stepFunctions, target: "AWSStepFunctions", operation: operation, version: "1.0", body: body,
                configuration: client.configuration))
    }
}
