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
        let body = ["stateMachineArn": stateMachineARN, "name": name, "input": input]
        _ = try await client.send(
            .json(
                .stepFunctions, target: "AWSStepFunctions", operation: "StartExecution", version: "1.0", body: body,
                configuration: client.configuration))
    }
}
