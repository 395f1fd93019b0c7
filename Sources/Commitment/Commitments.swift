// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import HTTP
import ImportPipeline
import Logging
import StructuredLog

/// The transactions of storage commitment: takes requests, finds out what became of the instances, and reports it.
///
/// Any task may do any step of any transaction: everything that a step needs is in `states` and `documents`, and each
/// write expects the state that was read. A step that was not written is done again.
package actor Commitments: CommitmentService {
    /// The sources of time, randomness and tasks.
    package struct Surroundings: Sendable {
        package let clock: any Clock<Duration>
        package let now: @Sendable () -> Date
        /// A random number from 0 to 1.
        package let fraction: @Sendable () -> Double
        let spawn: TaskSpawner

        package init(
            clock: any Clock<Duration>, now: @escaping @Sendable () -> Date, fraction: @escaping @Sendable () -> Double,
            spawn: TaskSpawner
        ) {
            self.clock = clock
            self.now = now
            self.fraction = fraction
            self.spawn = spawn
        }
    }

    nonisolated let task: TaskID
    let states: any CommitmentStates
    let documents: CommitmentDocuments
    let search: any InstanceSearch
    let rules: CommitmentRules
    let limits: CommitmentLimits
    let source: (any CommitmentReporterSource)?
    let surroundings: Surroundings
    let logger: Logger
    package nonisolated let counts = CommitmentCounts()
    nonisolated let open = OpenReporters()
    let takes = ConnectionSlots(CommitmentLimits.maximumTakes)

    var schedule = CommitmentSchedule()
    var peers = CommitmentPeers()
    /// Requests that are being made durable, by calling AE title.
    var taking: [String: Int] = [:]
    private var workers = 0
    private var timer: (task: Task<Void, Never>, at: Date)?
    private var nextQuery: Date?
    private var isQuerying = false
    private var isEnding = false
    private var waitingForTheEnd: [CheckedContinuation<Void, Never>] = []

    /// `source`: how to reach peers that have no association open; `nil`: not at all.
    package init(
        task: TaskID, states: any CommitmentStates, documents: CommitmentDocuments, search: any InstanceSearch,
        rules: CommitmentRules, limits: CommitmentLimits, source: (any CommitmentReporterSource)?,
        surroundings: Surroundings, logger: Logger
    ) {
        self.task = task
        self.states = states
        self.documents = documents
        self.search = search
        self.rules = rules
        self.limits = limits
        self.source = source
        self.surroundings = surroundings
        self.logger = logger
    }

    /// The open transactions that this task works on, and the age of the oldest one in seconds.
    package var status: (open: Int, age: Int) {
        (schedule.count, schedule.oldest.map { Int(now.timeIntervalSince($0)) } ?? 0)
    }

    var now: Date { surroundings.now() }

    /// Looks for transactions that ended tasks have left, and goes on doing so.
    package func begin() {
        nextQuery = now
        pump()
    }

    /// Begins no more work, and returns when the work that is under way has ended. Other tasks do the rest.
    package func end() async {
        isEnding = true
        timer?.task.cancel()
        guard workers > 0 || isQuerying else { return }
        await withCheckedContinuation { waitingForTheEnd.append($0) }
    }

    package nonisolated func reporterOpened(_ reporter: any CommitmentReporter) {
        open.add(reporter)
        let titles = reporter.titles
        surroundings.spawn { await self.found(wayTo: titles) }
    }

    package nonisolated func reporterEnded(_ reporter: any CommitmentReporter) {
        open.remove(reporter)
    }

    // MARK: Scheduling

    /// Starts the work that is due, as far as workers are free, and waits for the next one.
    func pump() {
        guard !isEnding else { return }
        while workers < CommitmentLimits.maximumWorkers, let entry = schedule.begin(at: now) {
            let transaction = entry.transaction
            if case .reporting = transaction.phase, !entry.isReported {
                guard peers.begin(transaction.titles) else {
                    peers.wait(transaction.name, for: transaction.titles)
                    continue
                }
            }
            workers += 1
            surroundings.spawn { await self.workAndPump(on: entry) }
        }
        if let nextQuery, nextQuery <= now, !isQuerying {
            isQuerying = true
            surroundings.spawn { await self.queryAndPump() }
        }
        setTimer()
    }

    private func workAndPump(on entry: CommitmentSchedule.Entry) async {
        await work(on: entry)
        workers -= 1
        endIfDone()
        pump()
    }

    /// The report that was on its way to this peer is done.
    func reportEnded(to titles: TitlePair) {
        // It was due before, so its turn is the next one.
        guard let name = peers.ended(titles), var entry = schedule[name] else { return }
        entry.dueAt = now
        schedule.workEnded(on: name, with: entry)
    }

    private func queryAndPump() async {
        var pause = limits.lease.inSeconds * (0.375 + surroundings.fraction() / 4)
        do {
            let overdue = try await states.overdue(
                before: now - limits.lease.inSeconds, atMost: CommitmentLimits.maximumOverdue)
            for transaction in overdue { takeOver(transaction) }
            // There may be more. These are not overdue any more as soon as work on them has begun.
            if overdue.count == CommitmentLimits.maximumOverdue { pause = min(pause, 1) }
        } catch {
            logger.warning("overdue commitments not looked for: trying again", error: error)
        }
        // Those of other tasks. This task's own ones keep their pace.
        for titles in open.titles where !isEnding { await queryUnreported(titles) }
        nextQuery = now + pause
        isQuerying = false
        endIfDone()
        pump()
    }

    private func found(wayTo titles: TitlePair) async {
        schedule.wake(titles, at: now)
        pump()
        await queryUnreported(titles)
        pump()
    }

    private func queryUnreported(_ titles: TitlePair) async {
        do {
            for transaction in try await states.unreported(
                callingAETitle: titles.callingAETitle, calledAETitle: titles.calledAETitle,
                atMost: CommitmentLimits.maximumUnreported)
            {
                takeOver(transaction)
            }
        } catch {
            logger.warning("unreported commitments not looked for: trying again", error: error)
        }
    }

    /// A transaction on which another task works or has worked. An index may show an older state than the table has;
    /// the first write then finds out.
    private func takeOver(_ transaction: CommitmentTransaction) {
        guard transaction.isOpen, !isEnding else { return }
        if let known = schedule[transaction.name] {
            let (old, new) = (known.transaction.fence, transaction.fence)
            guard !known.isUnderWay, old < new else { return }
        } else {
            guard schedule.count < limits.maximumOpen else { return }
        }
        schedule.add(CommitmentSchedule.Entry(transaction: transaction, dueAt: now, mustClaim: true))
    }

    private func setTimer() {
        let work = workers < CommitmentLimits.maximumWorkers ? schedule.nextDueAt() : nil
        let query = isQuerying ? nil : nextQuery
        guard let next = [work, query].compactMap(\.self).min() else {
            timer?.task.cancel()
            timer = nil
            return
        }
        guard timer?.at != next else { return }
        timer?.task.cancel()
        let delay = Duration.seconds(max(0, next.timeIntervalSince(now)))
        let clock = surroundings.clock
        timer = (
            surroundings.spawn {
                guard (try? await clock.sleep(for: delay)) != nil else { return }
                await self.timerFired()
            },
            next
        )
    }

    private func timerFired() {
        timer = nil
        pump()
    }

    private func endIfDone() {
        guard isEnding, workers == 0, !isQuerying else { return }
        for waiting in waitingForTheEnd { waiting.resume() }
        waitingForTheEnd = []
    }
}
