// SPDX-License-Identifier: Apache-2.0

import AWS
import FoundationEssentials

extension StepFunctionsClient {
    package struct Execution: Sendable, Equatable {
        package var name: String
        package var status: ExecutionStatus
        package var startDate: Date
        package var stopDate: Date?

        package init(name: String, status: ExecutionStatus, startDate: Date, stopDate: Date? = nil) {
            self.name = name
            self.status = status
            self.startDate = startDate
            self.stopDate = stopDate
        }
    }

    /// The executions of a state machine, newest first; only those with the status, if one is given. Those that were
    /// started before `since` are not asked for: the first page that has one is the last one read.
    package func listExecutions(
        stateMachineARN: String, status: ExecutionStatus?, since: Date? = nil, maximumPages: Int
    ) async throws -> Pages<Execution> {
        let isOld = { (execution: Execution) in since.map { execution.startDate < $0 } ?? false }
        let reachesOld = { (executions: [Execution]) in executions.last.map(isOld) ?? false }
        var pages = try await Pages.follow(atMost: maximumPages, until: reachesOld) { token in
            let answer: Executions = try await send(
                "ListExecutions",
                ListExecutions(
                    stateMachineArn: stateMachineARN, statusFilter: status?.rawValue, maxResults: 1_000,
                    nextToken: token))
            return (answer.executions.compactMap(\.execution), answer.nextToken)
        }
        pages.isComplete = pages.isComplete || reachesOld(pages.elements)
        return pages
    }

    /// An execution and its input; `nil` if Step Functions does not know it, or does not know it any more: it keeps an
    /// execution for 90 days.
    package func describeExecution(executionARN: String) async throws -> (execution: Execution, input: String)? {
        do {
            let answer: Described = try await send("DescribeExecution", ["executionArn": executionARN])
            return answer.entry.execution.map { ($0, answer.input ?? "{}") }
        } catch let error as AWSServiceError where error.code == "ExecutionDoesNotExist" {
            return nil
        }
    }

    private func send<Answer: Decodable>(_ operation: String, _ body: some Encodable) async throws -> Answer {
        try await client.answer(
            to: .json(
                .stepFunctions, target: "AWSStepFunctions", operation: operation, version: "1.0", body: body,
                configuration: client.configuration))
    }

    private struct ListExecutions: Encodable {
        let stateMachineArn: String
        let statusFilter: String?
        let maxResults: Int
        let nextToken: String?
    }

    private struct Entry: Decodable {
        let name: String
        let status: String
        let startDate: EpochSeconds
        let stopDate: EpochSeconds?

        /// `nil` if its status is not documented.
        var execution: Execution? {
            ExecutionStatus(rawValue: status).map {
                Execution(name: name, status: $0, startDate: startDate.date, stopDate: stopDate?.date)
            }
        }
    }

    private struct Executions: Decodable {
        let executions: [Entry]
        let nextToken: String?
    }

    private struct Described: Decodable {
        let entry: Entry
        let input: String?

        init(from decoder: any Decoder) throws {
            entry = try Entry(from: decoder)
            input = try decoder.container(keyedBy: CodingKeys.self).decodeIfPresent(String.self, forKey: .input)
        }

        private enum CodingKeys: CodingKey {
            case input
        }
    }
}
