// SPDX-License-Identifier: Apache-2.0

import Foundation
import Synchronization

@testable import ImportPipeline

/// The table of studies in memory.
final class ModelStudies: StudyItems {
    private struct State {
        var records: [StudyName: StudyRecord] = [:]
        var failure: (any Error)?
        var failures: [String: any Error] = [:]
        var writes = 0
        /// Called once before the next write, as another writer.
        var intruder: (@Sendable (inout [StudyName: StudyRecord]) -> Void)?
    }

    private let state = Mutex(State())

    subscript(study: String) -> StudyRecord? {
        StudyName(study).flatMap { name in state.withLock { $0.records[name] } }
    }

    var names: [String] { state.withLock { $0.records.keys.map(\.description).sorted() } }
    var writes: Int { state.withLock { $0.writes } }

    func fail(with error: (any Error)?) {
        state.withLock { $0.failure = error }
    }

    /// Only writes of this study fail.
    func fail(_ study: String, with error: any Error) {
        state.withLock { $0.failures[study] = error }
    }

    func intrude(_ change: @escaping @Sendable (inout [StudyName: StudyRecord]) -> Void) {
        state.withLock { $0.intruder = change }
    }

    func record(of study: StudyName) async throws -> StudyRecord? {
        try state.withLock { state in
            if let failure = state.failure { throw failure }
            return state.records[study]
        }
    }

    func write(_ record: StudyRecord, instead known: StudyRecord?, at date: Date) async throws -> StudyWrite {
        try state.withLock { state in
            state.writes += 1
            if let failure = state.failure ?? state.failures["\(record.name)"] { throw failure }
            if let intruder = state.intruder {
                state.intruder = nil
                intruder(&state.records)
            }
            let current = state.records[record.name]
            guard current?.revision == known?.revision, current?.due == known?.due else {
                return .refused(by: current)
            }
            state.records[record.name] = record
            return .written
        }
    }

    func due(at date: Date, maximum: Int) async throws -> [StudyName] {
        try state.withLock { state in
            if let failure = state.failure { throw failure }
            let due = state.records.values.filter { $0.isDue(at: date) }
            return due.sorted { ($0.due ?? "", "\($0.name)") < ($1.due ?? "", "\($1.name)") }.prefix(maximum).map(
                \.name)
        }
    }
}
