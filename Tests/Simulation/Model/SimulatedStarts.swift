// SPDX-License-Identifier: Apache-2.0

import AWS
import ImportPipeline
import StartQueue

/// HealthImaging, the executions and the start queue as one invocation of StartImportJob sees them.
// Sendable: a run has one thread.
class SimulatedStarts: ImportJobs, WaitingExecutions, HeldMessages, @unchecked Sendable {
    let network: Network
    private let queue: ModelledStartQueue
    private let faults: () -> Faults
    /// The number of the message that the function was invoked for.
    private let number: Int

    init(network: Network, queue: ModelledStartQueue, number: Int, faults: @escaping () -> Faults) {
        self.network = network
        self.queue = queue
        self.number = number
        self.faults = faults
    }

    func clientToken(of state: ImportStart) -> String { state.request.clientToken(attempt: state.attempt) }

    func start(_ state: ImportStart) async throws -> ImportProgress {
        let token = clientToken(of: state)
        let name = state.request.importId.description
        let job = try await network.send("StartDICOMImportJob", token) { [self] in
            if let refusal = refusal() { throw refusal }
            return queue.startJob(token, of: name, in: state.request.datastoreId, by: number)
        }
        return ImportProgress(
            request: state.request, attempt: state.attempt, jobId: job, jobStatus: .submitted, outcome: .pending,
            waitSeconds: 30, polls: 0)
    }

    func answer(_ token: String, with answer: Result<ImportProgress, StartFailure>) async throws -> Bool {
        try await network.send("SendTask", token) { [queue] in queue.answer(token, with: answer) }
    }

    func putBack(_ message: QueueMessage, hiddenSeconds: Int) async throws {
        try await network.send("ChangeMessageVisibility", message.messageId) { [queue] in
            queue.putBack(message, hidden: .seconds(hiddenSeconds))
        }
    }

    private func refusal() -> AWSServiceError? {
        let scheduler = network.process.scheduler
        let answers = [
            (faults().startThrottled, 429, "ThrottlingException"),
            (faults().startThrottled, 402, "ServiceQuotaExceededException"),
            (faults().startFails, 500, "InternalServerException"),
        ]
        guard let (_, status, code) = answers.first(where: { scheduler.chance($0.0) }) else { return nil }
        return AWSServiceError(
            service: "medical-imaging", operation: "StartDICOMImportJob", statusCode: status, code: code, message: "m")
    }
}
