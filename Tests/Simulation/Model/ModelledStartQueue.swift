// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import ImportPipeline
import StartQueue

/// The start queue as SQS and Lambda implement it, and the executions that wait for their import job.
final class ModelledStartQueue {
    private struct Message {
        let number: Int
        let execution: String
        /// The data store: while a message is in flight or hidden, those behind it in its group wait.
        let group: String?
        let body: String
        var hiddenUntil = Duration.zero
        var receives = 0

        var queued: QueueMessage {
            QueueMessage(messageId: String(number), receiptHandle: "\(number) \(receives)", body: body)
        }
    }

    private static let visibilityTimeout = Duration.seconds(90)

    private let scheduler: Scheduler
    private let isGrouped: Bool
    private var messages: [Message] = []
    private var sentCount = 0
    /// The waiting execution and its request, by task token.
    private var waiting: [String: (execution: String, request: ImportRequest)] = [:]
    /// The execution whose call started the job, by client token.
    private(set) var jobs: [String: String] = [:]
    private(set) var answered: [String: String] = [:]
    /// Runs a function for the message, which calls `done` with whether the message is to be deleted.
    var onMessage: (QueueMessage, _ number: Int, _ done: @escaping (Bool) -> Void) -> Void = { _, _, _ in }
    /// Called when something happens that must not happen.
    var onViolation: (String) -> Void = { _ in }

    init(scheduler: Scheduler, isGrouped: Bool) {
        self.scheduler = scheduler
        self.isGrouped = isGrouped
    }

    var isEmpty: Bool { messages.isEmpty }

    /// An execution enters its state StartImportJob, or tries it again.
    func enter(_ execution: String, _ request: ImportRequest) {
        sentCount += 1
        let token = "token \(sentCount)"
        waiting[token] = (execution, request)
        let state = (try? PipelineJSON.encode(request)).map { String(decoding: $0, as: UTF8.self) } ?? ""
        let body = #"{"taskToken":"\#(token)","state":{"request":\#(state),"attempt":1}}"#
        messages.append(
            Message(number: sentCount, execution: execution, group: request.datastoreId, body: body))
        deliver()
    }

    func putBack(_ message: QueueMessage, hidden: Duration) {
        guard let index = messages.firstIndex(where: { $0.queued == message }) else { return }
        messages[index].hiddenUntil = scheduler.time + hidden
        scheduler.after(hidden) { [self] in deliver() }
    }

    /// HealthImaging starts one job for a client token. The jobs of a data store must start in the order in which their
    /// messages were sent.
    func startJob(_ clientToken: String, of execution: String, in group: String?, by number: Int) -> String {
        if jobs.updateValue(execution, forKey: clientToken) == nil {
            let isOvertaken = messages.contains {
                $0.number < number && $0.group == group && !jobs.values.contains($0.execution)
            }
            if isOvertaken { onViolation("a start was overtaken by the start of \(execution)") }
        }
        return "job of \(clientToken)"
    }

    /// Returns false if no execution waits with this token.
    func answer(_ token: String, with answer: Result<ImportProgress, StartFailure>) -> Bool {
        guard let (execution, request) = waiting.removeValue(forKey: token) else { return false }
        switch answer {
        case .success(let progress): answered[execution] = progress.jobId
        case .failure(let failure) where failure.error == "Function.Permanent":
            onViolation("a start failed permanently: \(failure.cause)")
        case .failure:
            // The state's Retry.
            scheduler.after(scheduler.duration(from: .seconds(1), to: .seconds(300))) { [self] in
                enter(execution, request)
            }
        }
        return true
    }

    private func deliver() {
        let isHidden = { [time = scheduler.time] (message: Message) in message.hiddenUntil > time }
        var blocked: Set<String?> = []
        let free = messages.firstIndex { message in
            guard !isHidden(message) else {
                if isGrouped { blocked.insert(message.group) }
                return false
            }
            return !blocked.contains(message.group)
        }
        guard let index = free else { return }
        messages[index].hiddenUntil = scheduler.time + Self.visibilityTimeout
        messages[index].receives += 1
        scheduler.after(Self.visibilityTimeout) { [self] in deliver() }
        let (message, number) = (messages[index].queued, messages[index].number)
        scheduler.after(scheduler.duration(from: .milliseconds(10), to: .seconds(1))) { [self] in
            onMessage(message, number) { [self] isDone in
                guard isDone else { return }
                messages.removeAll { $0.number == number }
                deliver()
            }
        }
    }
}
