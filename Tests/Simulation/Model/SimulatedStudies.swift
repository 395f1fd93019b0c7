// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import ImportPipeline

/// The table of studies as one function sees it.
// Sendable: a run has one thread.
class SimulatedStudies: StudyItems, @unchecked Sendable {
    let network: Network
    let table: ModelledStudies

    init(network: Network, table: ModelledStudies) {
        self.network = network
        self.table = table
    }

    func record(of study: StudyName) async throws -> StudyRecord? {
        try await network.send("GetItem", "\(study)") { [table] in table[study] }
    }

    func write(_ record: StudyRecord, instead known: StudyRecord?, at date: Date) async throws -> StudyWrite {
        try await network.send("PutItem", "\(record.name)") { [table] in table.write(record, instead: known) }
    }

    func due(at date: Date, maximum: Int) async throws -> [StudyName] {
        try await network.send("Query", "due") { [table] in table.due(at: date, maximum: maximum) }
    }
}
