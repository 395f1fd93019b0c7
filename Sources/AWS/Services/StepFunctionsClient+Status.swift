// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials

extension StepFunctionsClient {
    package enum ExecutionStatus: String, Codable, Sendable, CaseIterable {
        case running = "RUNNING"
        case succeeded = "SUCCEEDED"
        case failed = "FAILED"
        case timedOut = "TIMED_OUT"
        case aborted = "ABORTED"
        case pendingRedrive = "PENDING_REDRIVE"

        /// Whether the execution has ended in another way than by success.
        package var isFailure: Bool { [.failed, .timedOut, .aborted].contains(self) }
    }

    /// The status of an execution; `nil` if Step Functions does not know the execution, or does not know it any more: it
    /// keeps an execution for 90 days. A status that is not documented counts as running.
    package func executionStatus(stateMachineARN: String, name: String) async throws -> ExecutionStatus? {
        do {
            let arn = Self.executionARN(stateMachineARN: stateMachineARN, name: name)
            let response = try await send("DescribeExecution", ["executionArn": arn])
            let status = try JSONDecoder().decode(Described.self, from: Data(response.body)).status
            return ExecutionStatus(rawValue: status) ?? .running
        } catch let error as AWSServiceError where error.code == "ExecutionDoesNotExist" {
            return nil
        }
    }

    package static func executionARN(stateMachineARN: String, name: String) -> String {
        stateMachineARN.replacing(":stateMachine:", with: ":execution:", maxReplacements: 1) + ":\(name)"
    }

    private struct Described: Decodable {
        let status: String
    }
}
