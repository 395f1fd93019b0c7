// SPDX-License-Identifier: Apache-2.0

import AWS
import AWSManagement
import FoundationEssentials
import ImportPipeline
import StructuredLog

/// Starts again what is neither imported nor being imported: imports that are PARTIAL or FAILED, imports whose execution
/// ended and wrote nothing into the table, and events in the dead-letter queues.
///
/// It may be interrupted at any point. An import is started before its item says so, and an event is sent before it is
/// deleted: at worst the next redrive does the same once more, and an import that is repeated overwrites itself.
package struct Redrive: Sendable {
    package static let silence = "its execution ended and wrote nothing into the table"
    package static let queues = ["ImportQueue", "InboxQueue"]

    private let services: any RedriveServices
    private let now: Date
    /// Part of each new execution's name and of its job's client token.
    private let stamp: String

    package init(_ services: any RedriveServices, at now: Date) {
        self.services = services
        self.now = now
        let style = Date.ISO8601FormatStyle(
            dateSeparator: .omitted, dateTimeSeparator: .standard, timeSeparator: .omitted, timeZone: .gmt)
        stamp = String(now.formatted(style).prefix { $0 != "Z" && $0 != "." })
    }

    // MARK: Listing

    /// What there is to start again; with names, only of these deliveries or imports.
    package func list(only names: Set<String>? = nil) async throws -> RedriveList {
        // Executions are listed before the table is read: an execution that failed in the normal way has written its
        // item by then.
        let dead = try await services.executions([.aborted, .failed, .timedOut])
        let running = dead.elements.isEmpty ? Pages([]) : try await services.executions([.running])
        var list = RedriveList()
        let unfinished = try await services.items([.partial, .failed])
        for item in unfinished.elements {
            guard let entry = RedriveList.Entry(item) else { continue }
            list.imports.append(entry)
        }
        var parts = [dead.isComplete, running.isComplete, unfinished.isComplete]
        var silent = Self.imports(dead).subtracting(Self.imports(running))
        if !silent.isEmpty {
            let ended = try await services.endedItems()
            silent.subtract(ended.elements.compactMap(RedriveList.Entry.name(of:)))
            parts.append(ended.isComplete)
        }
        if !silent.isEmpty {
            // Listed last and only if needed, because there are many.
            let succeeded = try await services.executions([.succeeded])
            silent.subtract(Self.imports(succeeded))
            parts.append(succeeded.isComplete)
        }
        list.imports += silent.sorted().map { RedriveList.Entry(silent: $0) }
        list.imports.sort { ($0.name, $0.jobId ?? "") < ($1.name, $1.jobId ?? "") }
        for queue in Self.queues { list.deadLetters[queue] = try await services.deadLetters(of: queue) }
        list.isComplete = !parts.contains(false)
        if let names { list.imports.removeAll { !$0.belongs(to: names) } }
        return list
    }

    /// The imports that have an execution among these. The first execution has the import's name; a redrive adds a time
    /// to it.
    private static func imports(_ executions: Pages<String>) -> Set<String> {
        Set(executions.elements.compactMap { ExecutionName.importID(of: $0)?.description })
    }

    // MARK: Starting

    /// Starts what was listed. `tell` gets a line for each import as soon as it is done.
    package func start(_ list: RedriveList, tell: (RedriveResult) -> Void) async throws {
        let imports = Dictionary(grouping: list.imports, by: \.name)
        let pending =
            imports.values.contains { $0.contains(where: \.isSilent) }
            ? try await services.items([.pending]).elements : []
        for (name, entries) in imports.sorted(by: { $0.key < $1.key }) {
            guard try await start(name, entries, tell: tell) else { continue }
            for entry in entries where !entry.isSilent {
                try await takeOver(entry, name: name, tell: tell)
            }
            if entries.contains(where: \.isSilent) {
                for item in pending where RedriveList.Entry.name(of: item) == name {
                    guard let job = item[ImportJobAttribute.jobId.rawValue] else { continue }
                    try await update(
                        name, job,
                        ItemChange(
                            expecting: [.outcome: ImportOutcome.pending.rawValue],
                            setting: [
                                .redrivenAs: execution(of: name), .outcome: ImportOutcome.failed.rawValue,
                                .endedAt: PipelineJSON.timestamp(now), .message: Self.silence,
                            ]), tell: tell)
                }
            }
        }
    }

    /// Moves the dead letters of a queue back to it, until a long poll returns none. Returns how many there were.
    package func moveDeadLetters(of queue: String) async throws -> Int {
        var moved = 0
        while true {
            let messages = try await services.receiveDeadLetters(of: queue)
            guard !messages.isEmpty else { return moved }
            for message in messages {
                // If this is interrupted in between, the message exists twice instead of being lost.
                try await services.send(message.body, to: queue)
                try await services.deleteDeadLetter(message, of: queue)
                moved += 1
            }
        }
    }

    private func execution(of name: String) -> String { "\(name)-\(stamp)" }

    /// Whether it was started.
    private func start(
        _ name: String, _ entries: [RedriveList.Entry], tell: (RedriveResult) -> Void
    ) async throws -> Bool {
        guard let input = try await services.input(ofExecution: name) else {
            tell(.left(name, "Step Functions no longer knows its execution; copy its objects to keys below inbox/"))
            return false
        }
        var request: ImportRequest
        do {
            request = try PipelineJSON.decode(ImportRequest.self, from: Array(input.utf8))
        } catch {
            tell(
                .left(
                    name, "the input of its execution cannot be used (\(error)); copy its objects to keys below inbox/")
            )
            return false
        }
        request.redrive = stamp
        // Where only one study of a bundle is incomplete, only that study is imported again.
        let studies = Set(entries.map(\.incompleteStudy))
        if studies.count == 1, case let study?? = studies.first, request.studyInstanceUID == nil {
            request.inputS3Uri = BucketLayout.studyFolder(prefix: request.inputS3Uri, study: study.uid)
            request.instanceCount = study.instanceCount
            request.studyCount = 1
            request.studyInstanceUID = study.uid
        }
        let body = String(decoding: try PipelineJSON.encode(request), as: UTF8.self)
        do {
            try await services.start(name: execution(of: name), input: body)
        } catch let error as AWSServiceError where error.errorClass == .permanent && !error.isDenied {
            // The others are still started.
            tell(.left(name, "Step Functions does not start it: \(error.code): \(error.message)"))
            return false
        }
        tell(.started(name, as: execution(of: name)))
        return true
    }

    private func takeOver(
        _ entry: RedriveList.Entry, name: String, tell: (RedriveResult) -> Void
    ) async throws {
        guard let job = entry.jobId, let ended = entry.endedAt else { return }
        try await update(
            name, job,
            ItemChange(expecting: [.endedAt: ended], setting: [.redrivenAs: execution(of: name)]), tell: tell)
    }

    /// If the condition fails, the item was changed since it was listed: its execution has ended in the meantime.
    private func update(
        _ name: String, _ job: String, _ change: ItemChange, tell: (RedriveResult) -> Void
    ) async throws {
        guard try await services.update(job: job, change) == false else { return }
        tell(.changed(name))
    }
}
