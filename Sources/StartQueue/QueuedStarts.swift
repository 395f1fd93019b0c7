// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import ImportPipeline
import Logging
import StructuredLog

/// Takes messages of the start queue in their order: starts the job of each, and answers its execution.
package struct QueuedStarts: Sendable {
    private let jobs: any ImportJobs
    private let executions: any WaitingExecutions
    private let messages: any HeldMessages
    private let clock: any Clock<Duration>
    /// Returns a random number from 0 to 1.
    private let random: @Sendable () -> Double
    private let now: @Sendable () -> Date
    private let metrics: EmbeddedMetrics?

    package init(
        jobs: any ImportJobs, executions: any WaitingExecutions, messages: any HeldMessages, clock: any Clock<Duration>,
        random: @escaping @Sendable () -> Double, now: @escaping @Sendable () -> Date, metrics: EmbeddedMetrics?
    ) {
        self.jobs = jobs
        self.executions = executions
        self.messages = messages
        self.clock = clock
        self.random = random
        self.now = now
        self.metrics = metrics
    }

    /// The ids of the messages that the queue must deliver again: the first that is not done, and all after it, since
    /// none may overtake another.
    package func failures(
        among queued: [QueueMessage], remaining: () -> Duration, logger: Logger
    ) async throws -> [String] {
        for (index, message) in queued.enumerated() {
            guard try await isDone(with: message, remaining: remaining, logger: logger) else {
                let left = queued[index...]
                tellWait(of: message)
                for message in left { await putBack(message, logger: logger) }
                return left.map(\.messageId)
            }
        }
        return []
    }

    private func isDone(with message: QueueMessage, remaining: () -> Duration, logger: Logger) async throws -> Bool {
        var logger = logger
        logger[metadataKey: "messageId"] = "\(message.messageId)"
        let start: StartMessage
        do {
            start = try StartMessage(message)
        } catch {
            // The message has no token, so no execution waits for it. It must not block the messages behind it.
            logger.error("message is not a start of an import: it is deleted", error: error)
            metrics?.emit([.init("StartMessagesUnreadable", 1)])
            return true
        }
        if let state = try? start.state.get() { logger[metadataKey: "deliveryId"] = "\(state.request.deliveryId)" }
        guard let answer = try await answer(to: start, remaining: remaining, logger: logger) else { return false }
        do {
            if try await !executions.answer(start.taskToken, with: answer) {
                logger.warning("no execution waits for this start any more: it was stopped, or has been answered")
            }
            // Not before: while answers fail, the same job is started again and again, and nothing moves on.
            if case .success = answer { metrics?.emit([.init("ImportJobsStarted", 1)]) }
            return true
        } catch {
            try Task.checkCancellation()
            logger.error("could not answer the execution: the queue will deliver the message again", error: error)
            return false
        }
    }

    /// `nil` if there is no answer yet.
    private func answer(
        to start: StartMessage, remaining: () -> Duration, logger: Logger
    ) async throws -> Result<ImportProgress, StartFailure>? {
        var tries = StartTries()
        while true {
            do {
                let progress = try await jobs.start(start.state.get())
                logger.info(
                    "import job started",
                    metadata: [
                        "jobId": "\(progress.jobId)", "instanceCount": "\(progress.request.instanceCount)",
                        "attempt": "\(progress.attempt)",
                    ])
                return .success(progress)
            } catch {
                try Task.checkCancellation()
                switch tries.refused(StartRefusal(error), remaining: remaining(), fraction: random()) {
                case .tryAgain(let wait): try await clock.sleep(for: wait)
                case .putBack: return nil
                case .giveUp:
                    logger.error("import job not started: its execution is answered with the error", error: error)
                    return .failure(StartFailure(error))
                }
            }
        }
    }

    /// How long the first start of a data store has been tried. SQS leaves a message that it has delivered three times
    /// out of the age of the oldest message, and other data stores' starts say nothing about this one.
    private func tellWait(of message: QueueMessage) {
        guard let first = message.firstReceivedAt else { return }
        metrics?.emit([.init("StartWaitSeconds", Int(now().timeIntervalSince(first)), .seconds)])
    }

    /// If this fails, the message is delivered again after the visibility timeout of the queue.
    private func putBack(_ message: QueueMessage, logger: Logger) async {
        do {
            try await messages.putBack(message, hiddenSeconds: StartTries.hiddenSeconds)
        } catch {
            logger.warning(
                "could not put a message back: it blocks the queue until its visibility timeout", error: error,
                metadata: ["messageId": "\(message.messageId)"])
        }
    }
}
