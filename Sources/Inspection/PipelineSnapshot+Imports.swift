// SPDX-License-Identifier: Apache-2.0

import AWS
import AWSManagement
import FoundationEssentials
import ImportPipeline

/// How far each import is, by what was read.
extension PipelineSnapshot {
    /// All imports, newest first.
    package func imports() -> [DeliverySummary] {
        var usual: [String?: Double?] = [:]
        return facts.sorted { $0.key > $1.key }.map { id, facts in
            let datastore = datastore(of: facts)
            let seconds = usual[datastore] ?? usualJobSeconds(in: datastore)
            usual[datastore] = .some(seconds)
            return summary(id, facts, usualJobSeconds: seconds)
        }
    }

    /// What is known of one import.
    struct ImportFacts {
        var marker: Marker?
        var manifest: Manifest?
        var items: [JobItem] = []
        var executions: [StepFunctionsClient.Execution] = []

        /// The item that says how the import is now; `nil` if there is none, or another attempt or a redrive has taken
        /// over from each.
        var item: JobItem? { items.filter { !$0.isReplaced }.max { $0.order < $1.order } }
        var latestItem: JobItem? { items.max { $0.order < $1.order } }
        /// The item of the job that read most of the delivery.
        var widestItem: JobItem? { items.min { $0.folder.utf8.count < $1.folder.utf8.count } }
        var execution: StepFunctionsClient.Execution? { executions.max { $0.startDate < $1.startDate } }
        var isRunning: Bool { executions.contains { $0.status == .running } }
    }

    var facts: [ImportID: ImportFacts] {
        var facts: [ImportID: ImportFacts] = [:]
        for marker in markers { facts[ImportID(marker.delivery), default: ImportFacts()].marker = marker }
        for manifest in manifests { facts[manifest.id, default: ImportFacts()].manifest = manifest }
        for item in items { facts[item.importID, default: ImportFacts()].items.append(item) }
        for execution in executions {
            guard let id = ExecutionName.importID(of: execution.name) else { continue }
            facts[id, default: ImportFacts()].executions.append(execution)
        }
        return facts
    }

    /// The data store that the import is for.
    func datastore(of facts: ImportFacts) -> String? {
        (facts.item ?? facts.latestItem)?[.datastoreId] ?? facts.manifest?.facts?.datastoreId
            ?? facts.marker?.document?.datastoreId ?? datastoreID
    }

    /// What a job takes usually in this data store: by the document about its recent jobs, or else the median of its jobs
    /// that have ended, if there are at least five.
    func usualJobSeconds(in datastore: String?) -> Double? {
        if let datastore, let seconds = recentJobSeconds[datastore] { return seconds }
        let times = items.compactMap { item -> Double? in
            guard item.hasJob, item[.datastoreId] ?? datastoreID == datastore, item.outcome != .pending,
                let start = item.date(.submittedAt),
                let end = item.date(.endedAt), end >= start
            else { return nil }
            return end.timeIntervalSince(start)
        }.sorted()
        return times.count < 5 ? nil : times[times.count / 2]
    }

    func step(of facts: ImportFacts) -> DeliverySummary.Step {
        if let item = facts.item {
            switch item.outcome {
            case .imported: return .imported
            case .partial: return .partial
            case .failed: return .failed
            case .rejected: return .rejected
            case .pending, nil: return .importing
            }
        }
        if facts.isRunning { return .waiting }
        if let execution = facts.execution { return execution.status == .succeeded ? .imported : .failed }
        // A redrive has taken over, and its execution is older than what was read.
        if let item = facts.latestItem { return item.outcome == .partial ? .partial : .failed }
        return facts.manifest == nil ? .receiving : .closed
    }

    private func summary(
        _ id: ImportID, _ facts: ImportFacts, usualJobSeconds: Double?
    ) -> DeliverySummary {
        var summary = DeliverySummary(id: id.description, step: step(of: facts))
        summary.openedAt = Timestamp.date(id.delivery.openedAt)
        summary.datastoreId = datastore(of: facts)
        take(facts.marker, into: &summary)
        if let manifest = facts.manifest { take(manifest, into: &summary) }
        if let item = facts.item ?? facts.latestItem { take(item, widest: facts.widestItem ?? item, into: &summary) }
        if facts.item == nil, summary.step == .waiting {
            // The next attempt has no job yet.
            (summary.jobId, summary.endedAt, summary.importedCount, summary.failedCount) = (nil, nil, nil, nil)
            summary.submittedAt = nil
            summary.attempt = facts.latestItem.flatMap { $0.count(.attempt) }.map { $0 + 1 }
        }
        summary.problem = problem(of: id, facts, summary.step, usualJobSeconds: usualJobSeconds)
        return summary
    }

    private func take(_ marker: Marker?, into summary: inout DeliverySummary) {
        guard let marker else { return }
        if let document = marker.document {
            summary.callingAETitle = document.callingAETitle
            summary.calledAETitle = document.calledAETitle
            summary.route = document.route
            summary.openedAt = document.openedAt
            summary.studyInstanceUID = document.studies.count == 1 ? document.studies.first?.studyInstanceUID : nil
            summary.studyCount = document.studies.count
        }
        if let stored = marker.stored {
            summary.instanceCount = stored.instances
            summary.byteCount = stored.bytes
            if stored.studies > 1 { (summary.studyInstanceUID, summary.studyCount) = (nil, stored.studies) }
        }
    }

    private func take(_ manifest: Manifest, into summary: inout DeliverySummary) {
        summary.closedAt = manifest.writtenAt
        guard let facts = manifest.facts else { return }
        summary.callingAETitle = facts.callingAETitle
        summary.calledAETitle = facts.calledAETitle
        summary.route = facts.route
        summary.openedAt = facts.openedAt
        summary.closedAt = facts.closedAt
        summary.studyInstanceUID = facts.studyInstanceUID
        summary.studyCount = facts.studyCount
        summary.instanceCount = facts.instanceCount
        summary.byteCount = facts.byteCount
    }

    private func take(_ item: JobItem, widest: JobItem, into summary: inout DeliverySummary) {
        summary.studyInstanceUID = summary.studyInstanceUID ?? widest[.studyInstanceUID]
        summary.studyCount = summary.studyCount ?? widest.count(.studyCount)
        summary.route = summary.route ?? widest[.route]
        summary.instanceCount = summary.instanceCount ?? widest.count(.instanceCount)
        // A redrive of one study is made only if all the others were imported.
        let isOneStudy = item.folder.utf8.count > widest.folder.utf8.count
        let others = isOneStudy ? (widest.count(.instanceCount) ?? 0) - (item.count(.instanceCount) ?? 0) : 0
        summary.importedCount = item.count(.importedCount).map { $0 + others }
        summary.failedCount = item.count(.failedCount)
        summary.missingCount = item.count(.missingCount)
        summary.warningCount = item.count(.warningCount)
        summary.jobId = item.hasJob ? item[.jobId] : nil
        summary.attempt = item.count(.attempt)
        summary.reportS3Uri = item[.reportS3Uri]
        summary.submittedAt = item.date(.submittedAt)
        summary.endedAt = item.date(.endedAt)
    }
}
