// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import ImportPipeline

/// The steps of an import, by what was read.
extension DeliveryTrace {
    init(_ summary: DeliverySummary, in snapshot: PipelineSnapshot, facts: PipelineSnapshot.ImportFacts) {
        self.init(
            summary: summary, steps: Self.steps(summary, snapshot, facts), instances: [])
    }

    private static func steps(
        _ summary: DeliverySummary, _ snapshot: PipelineSnapshot, _ facts: PipelineSnapshot.ImportFacts
    ) -> [Step] {
        let position = Self.position(of: summary.step)
        let problem = summary.problem?.text
        let texts = [
            received(summary, snapshot, facts), closed(summary, facts), started(summary, snapshot, facts),
            imported(summary, snapshot), imageSets(summary, facts),
        ]
        let times = [
            summary.openedAt, summary.closedAt, facts.executions.map(\.startDate).min() ?? summary.submittedAt,
            summary.endedAt, summary.endedAt,
        ]
        let names = ["received", "closed", "started", "imported", "imageSets"]
        return names.indices.map { index in
            let state: Step.State
            if index < position {
                state = .done
            } else if index > position {
                state = .pending
            } else {
                state =
                    summary.hasFailed || (summary.step == .importing && problem != nil && !facts.isRunning)
                    ? .failed : .current
            }
            let isReached = index <= position
            return Step(names[index], state, at: isReached ? times[index] : nil, isReached ? texts[index] : "")
        }
    }

    /// The index of the step that is not done; past the end if all are.
    private static func position(of step: DeliverySummary.Step) -> Int {
        switch step {
        case .receiving: 0
        case .closed, .waiting: 2
        case .importing, .partial, .failed: 3
        case .rejected: 2
        case .imported: 5
        }
    }

    private static func received(
        _ summary: DeliverySummary, _ snapshot: PipelineSnapshot, _ facts: PipelineSnapshot.ImportFacts
    ) -> String {
        var text = summary.instanceCount.map { count($0, "instance") } ?? "its instances were not counted"
        if let bytes = summary.byteCount { text += ", \(ByteSize.text(bytes))" }
        if let calling = summary.callingAETitle { text += ", from \(calling)" }
        if let task = facts.marker?.task ?? facts.manifest?.facts?.task { text += ", by task \(task)" }
        guard summary.step == .receiving, let marker = facts.marker else { return text }
        switch snapshot.state(of: marker.task) {
        case .alive(let renewed):
            let age = Timestamp.duration(snapshot.at.timeIntervalSince(renewed))
            return text
                + "; the receiver is alive, its lease is \(age) old, and it closes the delivery when no more arrives"
        case .silent, .gone: return text + "; the receiver counts as dead"
        }
    }

    private static func closed(_ summary: DeliverySummary, _ facts: PipelineSnapshot.ImportFacts) -> String {
        guard facts.manifest != nil else { return "an object of the inbox, which needs no manifest" }
        guard let manifest = facts.manifest?.facts else { return "its manifest was written" }
        let why =
            switch manifest.closeReason {
            case .quiet: "no more instances arrived"
            case .maximumInstances: "it had as many instances as a delivery may have"
            case .maximumBytes: "it had as many bytes as a delivery may have"
            case .maximumAge: "it was as old as a delivery may become"
            case .capacity: "the receiver needed room for another delivery"
            case .shutdown: "the receiver was stopped"
            case .leaseLost: "the receiver could not renew its lease"
            case .repeated: "a delivery that repeats it was about to close"
            case .recovered: "a sweep closed it, because its receiver was dead"
            }
        return why
    }

    private static func started(
        _ summary: DeliverySummary, _ snapshot: PipelineSnapshot, _ facts: PipelineSnapshot.ImportFacts
    ) -> String {
        switch summary.step {
        case .closed:
            return summary.problem == nil ? "its event is on its way to TriggerImport" : "no execution was started"
        case .rejected: return "it was rejected, and no job was started"
        case .waiting:
            let ahead = snapshot.queue("StartQueue").map { $0.waiting + $0.inFlight } ?? 0
            let time = facts.execution.map { " for \(Timestamp.duration(snapshot.at.timeIntervalSince($0.startDate)))" }
            return "it waits\(time ?? "") in the start queue, which holds \(count(ahead, "import"))"
        default: break
        }
        var text = summary.jobId.map { "job \($0)" } ?? "no job was started"
        if let attempt = summary.attempt, attempt > 1 { text += ", attempt \(attempt)" }
        let redrives = Set(facts.items.compactMap { $0[.redrivenAs] }).count
        if redrives > 0 { text += ", started again by hand \(redrives == 1 ? "once" : "\(redrives) times")" }
        if let begun = facts.execution?.startDate, let submitted = summary.submittedAt, submitted > begun {
            text += ", after \(Timestamp.duration(submitted.timeIntervalSince(begun))) in the start queue"
        }
        return text
    }

    private static func imported(_ summary: DeliverySummary, _ snapshot: PipelineSnapshot) -> String {
        switch summary.step {
        case .importing:
            let usual =
                snapshot.usualJobSeconds(in: summary.datastoreId).map { "; usually it takes \(Timestamp.duration($0))" }
                ?? ""
            guard let start = summary.submittedAt else { return "HealthImaging's job runs\(usual)" }
            return "HealthImaging's job runs for \(Timestamp.duration(snapshot.at.timeIntervalSince(start)))\(usual)"
        case .failed, .partial:
            guard let imported = summary.importedCount else { return "it is not known what was imported" }
            var text = "\(imported) of \(summary.instanceCount.map(String.init) ?? "?") instances imported"
            if let failed = summary.failedCount, failed > 0 { text += ", \(failed) failed" }
            if let missing = summary.missingCount, missing > 0 { text += ", \(missing) not mentioned" }
            return text
        default: break
        }
        var text =
            "\(summary.importedCount.map(String.init) ?? "all") of \(summary.instanceCount.map(String.init) ?? "all") instances"
        if let warnings = summary.warningCount { text += ", \(warnings) with a warning" }
        if let start = summary.submittedAt, let end = summary.endedAt {
            text += ", in \(Timestamp.duration(end.timeIntervalSince(start)))"
        }
        return text
    }

    private static func imageSets(_ summary: DeliverySummary, _ facts: PipelineSnapshot.ImportFacts) -> String {
        guard summary.step == .imported else { return "" }
        let item = facts.item
        var text = item?.count(.imageSetCount).map { count($0, "image set") } ?? "image sets were not counted"
        if let datastore = summary.datastoreId { text += " in data store \(datastore)" }
        if let others = item?.count(.nonPrimaryCount) {
            text +=
                "; \(count(others, "instance")) in image sets that are not primary, because their patient or study differs"
        }
        return text
    }

    static func count(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }
}

extension DeliverySummary {
    package var hasFailed: Bool { [.partial, .failed, .rejected].contains(step) }
}

/// Sizes as people read them.
package enum ByteSize {
    package static func text(_ bytes: Int) -> String {
        let units = ["B", "KB", "MB", "GB", "TB", "PB", "EB"]
        var value = Double(bytes)
        var unit = 0
        while value >= 999.5, unit < units.count - 1 {
            value /= 1_000
            unit += 1
        }
        let isShort = unit == 0 || value >= 99.95
        return isShort ? "\(Int(value.rounded())) \(units[unit])" : "\((value * 10).rounded() / 10) \(units[unit])"
    }
}
