// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import ImportPipeline
import Logging
import Synchronization

/// Tells that a study settled: its last import was added the quiet time ago, the executions of all its imports have
/// ended, and no open marker may hold more of it.
///
/// The markers are listed before the item is read, and an import is added to the item before its marker is removed. So
/// a delivery that is on its way from one to the other is seen in one of them. The event is sent before the item says
/// so: a sweep that is killed in between sends the event again, with the same id.
package struct StudySettling: Sendable {
    /// The studies that one sweep looks at.
    static let maximumStudies = 1_000
    /// The executions whose status one sweep asks for. In every region, Step Functions takes 250 of these requests at
    /// once, and 10 a second afterwards.
    static let maximumStatuses = 250

    private let items: any StudyItems
    private let events: StudyEvents
    private let datastoreID: String
    private let bucket: any IntakeBucket
    private let executions: any ImportExecutions
    private let now: @Sendable () -> Date

    /// `datastoreID` is the pipeline's default.
    package init(
        items: any StudyItems, events: StudyEvents, datastoreID: String, bucket: any IntakeBucket,
        executions: any ImportExecutions, now: @escaping @Sendable () -> Date
    ) {
        self.items = items
        self.events = events
        self.datastoreID = datastoreID
        self.bucket = bucket
        self.executions = executions
        self.now = now
    }

    /// The studies to look at, and what is known of all of them; `nil` if there is none.
    func begin() async throws -> (studies: [DueStudy], look: Look)? {
        let due = try await items.due(at: now(), maximum: Self.maximumStudies)
        guard !due.isEmpty else { return nil }
        let open = try await OpenStudies.list(among: Set(due), in: bucket, standardDatastoreID: datastoreID)
        return (due.map(DueStudy.init), Look(settling: self, open: open))
    }

    /// The looks of one sweep.
    final class Look: Sendable {
        private let settling: StudySettling
        private let open: OpenStudies
        /// By the names of executions: the studies of a bundle have the same execution.
        private let states = Mutex<[String: ExecutionState]>([:])
        private let asked = Mutex(0)

        init(settling: StudySettling, open: OpenStudies) {
            self.settling = settling
            self.open = open
        }

        func look(at study: DueStudy, logger: Logger) async throws -> SweepFinding {
            var logger = logger
            for (key, value) in study.metadata { logger[metadataKey: key] = value }
            guard let known = try await settling.items.record(of: study.name), known.isDue(at: settling.now()) else {
                return .gone
            }
            var record = known
            var isOpen = open.mayHold(study.name)
            // The newest first: if one runs, the others need not be asked for.
            do {
                for id in known.pending.sorted(by: >) where !isOpen {
                    switch try await state(of: id) {
                    case .running: isOpen = true
                    case .imported: record.ended(id, isImported: true)
                    case .incomplete: record.ended(id, isImported: false)
                    case nil:
                        try await keep(record, insteadOf: known)
                        return .left
                    }
                }
            } catch {
                try await keep(record, insteadOf: known)
                throw error
            }
            let date = settling.now()
            if isOpen {
                record.postpone(at: date)
            } else {
                try await settling.events.send(
                    StudyEvent(.studySettled, detail: SettledStudy(record, at: date)), logger: logger)
                record.settled(at: date)
            }
            guard try await settling.items.write(record, instead: known, at: date) == .written else { return .gone }
            guard !isOpen else { return .studyPostponed }
            logger.info("study settled")
            return .studySettled
        }

        /// Otherwise a study with very many imports would never be done.
        private func keep(_ record: StudyRecord, insteadOf known: StudyRecord) async throws {
            guard record != known else { return }
            _ = try await settling.items.write(record, instead: known, at: settling.now())
        }

        /// `nil` if this sweep may not ask for more.
        private func state(of execution: String) async throws -> ExecutionState? {
            if let known = states.withLock({ $0[execution] }) { return known }
            let mayAsk = asked.withLock { asked in
                asked += 1
                return asked <= StudySettling.maximumStatuses
            }
            guard mayAsk else { return nil }
            let state = try await settling.executions.state(of: execution)
            states.withLock { $0[execution] = state }
            return state
        }
    }
}

/// A study that is looked at.
struct DueStudy: SweepItem {
    let name: StudyName

    init(_ name: StudyName) {
        self.name = name
    }

    var key: String { name.description }

    var metadata: Logger.Metadata {
        ["datastoreId": "\(name.datastoreID)", "studyInstanceUID": "\(name.studyInstanceUID)"]
    }
}
