// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import ImportPipeline

/// The table of studies. Each write happens at one moment; the index of what is due follows later.
final class ModelledStudies {
    private let scheduler: Scheduler
    private var records: [StudyName: StudyRecord] = [:]
    private var due: [StudyName: String] = [:]

    init(scheduler: Scheduler) {
        self.scheduler = scheduler
    }

    subscript(study: StudyName) -> StudyRecord? { records[study] }

    /// The studies that are due at some time, now or later.
    var open: [StudyName] {
        records.values.filter { $0.due != nil }.map(\.name).sorted { $0.description < $1.description }
    }

    func write(_ record: StudyRecord, instead known: StudyRecord?) -> StudyWrite {
        let current = records[record.name]
        guard current?.revision == known?.revision, current?.due == known?.due else { return .refused(by: current) }
        records[record.name] = record
        scheduler.after(scheduler.duration(from: .milliseconds(1), to: .seconds(2))) { [self] in
            due[record.name] = records[record.name]?.due
        }
        return .written
    }

    func due(at date: Date, maximum: Int) -> [StudyName] {
        let limit = PipelineJSON.timestamp(date)
        let found = due.filter { $0.value <= limit }.sorted {
            ($0.value, $0.key.description) < ($1.value, $1.key.description)
        }
        return found.prefix(maximum).map(\.key)
    }
}
