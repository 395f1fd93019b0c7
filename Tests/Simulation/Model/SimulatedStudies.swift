// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import ImportPipeline

/// The table of studies as one function sees it.
// Sendable: a run has one thread.
class SimulatedStudies: StudyItems, @unchecked Sendable {
    let network: Network
    let table: ModelledStudies
    /// Called when a sweep has read what is due, or the item of a study.
    var onRead: () -> Void = {}

    init(network: Network, table: ModelledStudies) {
        self.network = network
        self.table = table
    }

    func record(of study: StudyName) async throws -> StudyRecord? {
        let record = try await network.send("GetItem", "\(study)") { [table] in table[study] }
        onRead()
        return record
    }

    func write(_ record: StudyRecord, instead known: StudyRecord?, at date: Date) async throws -> StudyWrite {
        try await network.send("PutItem", "\(record.name)") { [table] in table.write(record, instead: known) }
    }

    func due(at date: Date, maximum: Int) async throws -> [StudyName] {
        let due = try await network.send("Query", "due") { [table] in table.due(at: date, maximum: maximum) }
        if !due.isEmpty { onRead() }
        return due
    }
}
