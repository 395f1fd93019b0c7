// SPDX-License-Identifier: Apache-2.0

import DICOMNetwork
import Foundation
import ImportPipeline
import Synchronization

@testable import Commitment

/// What outlives a receiver: states, documents, and what peers were told.
final class ModelStore: Sendable {
    struct Contents {
        var states: [CommitmentTransaction.Name: CommitmentTransaction] = [:]
        var documents: [String: [UInt8]] = [:]
        /// The reports that the peer has, in the order of their arrival.
        var reports: [CommitmentReport] = []
        var queries = 0
        var writes = 0
        var lookups: [Int] = []
    }

    private let contents = Mutex(Contents())

    var states: [CommitmentTransaction] { contents.withLock { Array($0.states.values) } }
    var documents: [String: [UInt8]] { contents.withLock { $0.documents } }
    var reports: [CommitmentReport] { contents.withLock { $0.reports } }
    /// The number of references that each look-up asked for.
    var lookups: [Int] { contents.withLock { $0.lookups } }
    var writes: Int { contents.withLock { $0.writes } }

    func with<Result>(_ body: (inout Contents) throws -> Result) rethrows -> Result {
        try contents.withLock { try body(&$0) }
    }
}

/// The way of one task to what outlives it. A test ends the task at any step: after that, nothing that it does has an
/// effect.
final class TaskConnection: Sendable {
    struct Killed: Error {}
    struct Busy: Error {}

    /// What happens at a step.
    enum Mishap: CaseIterable {
        /// The task ends before the step has its effect, or after it.
        case killedBefore, killedAfter
        /// The step fails before it has its effect, or its answer is lost.
        case failsBefore, failsAfter
    }

    private struct State {
        var step = 0
        var isKilled = false
    }

    let store: ModelStore
    private let mishaps: @Sendable (Int) -> Mishap?
    private let state = Mutex(State())

    init(_ store: ModelStore, mishaps: @escaping @Sendable (Int) -> Mishap? = { _ in nil }) {
        self.store = store
        self.mishaps = mishaps
    }

    var steps: Int { state.withLock { $0.step } }
    var isKilled: Bool { state.withLock { $0.isKilled } }

    func kill() {
        state.withLock { $0.isKilled = true }
    }

    func step<Result>(_ effect: (inout ModelStore.Contents) throws -> Result) throws -> Result {
        let mishap = try state.withLock { state -> Mishap? in
            guard !state.isKilled else { throw Killed() }
            defer { state.step += 1 }
            let mishap = mishaps(state.step)
            if mishap == .killedBefore || mishap == .killedAfter { state.isKilled = true }
            return mishap
        }
        switch mishap {
        case nil: return try store.with(effect)
        case .killedBefore: throw Killed()
        case .failsBefore: throw Busy()
        case .killedAfter:
            _ = try store.with(effect)
            throw Killed()
        case .failsAfter:
            _ = try store.with(effect)
            throw Busy()
        }
    }
}

struct ModelStates: CommitmentStates {
    let connection: TaskConnection

    func write(_ transaction: CommitmentTransaction, expecting fence: Int?) async throws -> CommitmentWrite {
        await Task.yield()
        return try connection.step { contents in
            let known = contents.states[transaction.name]
            guard known?.fence == fence else { return known == transaction ? .written : .refused(by: known) }
            contents.states[transaction.name] = CommitmentTransaction(attributes: transaction.attributes)
            contents.writes += 1
            return .written
        }
    }

    func overdue(before date: Date, atMost limit: Int) async throws -> [CommitmentTransaction] {
        await Task.yield()
        return try connection.step { contents in
            contents.queries += 1
            return Array(
                contents.states.values.filter { $0.isOpen && $0.dueAt < date }.sorted { $0.dueAt < $1.dueAt }
                    .prefix(limit))
        }
    }

    func unreported(
        callingAETitle: String, calledAETitle: String, atMost limit: Int
    ) async throws -> [CommitmentTransaction] {
        await Task.yield()
        return try connection.step { contents in
            contents.queries += 1
            return Array(
                contents.states.values.filter {
                    $0.isUnreported && $0.name.callingAETitle == callingAETitle && $0.calledAETitle == calledAETitle
                }.prefix(limit))
        }
    }
}

struct ModelDocuments: DocumentStore {
    let connection: TaskConnection

    func putDocument(_ body: [UInt8], key: String) async throws {
        await Task.yield()
        try connection.step { $0.documents[key] = body }
    }

    func createDocument(_ body: [UInt8], key: String) async throws -> Bool {
        try connection.step { $0.documents.updateValue(body, forKey: key) == nil }
    }

    func document(key: String) async throws -> [UInt8]? {
        await Task.yield()
        return try connection.step { $0.documents[key] }
    }

    func removeDocument(key: String) async throws {
        try connection.step { $0.documents[key] = nil }
    }
}

/// The index of instances: what a test says of each.
struct ModelSearch: InstanceSearch {
    let connection: TaskConnection
    var batchSize = 100
    let finding: @Sendable (InstanceReference) -> InstanceFinding

    func findings(of references: ArraySlice<InstanceReference>) async throws -> [InstanceFinding] {
        await Task.yield()
        return try connection.step { contents in
            contents.lookups.append(references.count)
            return references.map(finding)
        }
    }
}

/// A peer's association, or the way to open one. It takes reports into the store.
final class ModelReporter: CommitmentReporter {
    struct NotReached: Error {}

    enum Behaviour {
        case takes
        case answers(DIMSEStatus)
        case isNotThere
    }

    let peerAETitle: String
    let ownAETitle: String
    private let connection: TaskConnection
    private let behaviour: @Sendable () -> Behaviour
    private let tries = Mutex(0)

    var count: Int { tries.withLock { $0 } }

    init(
        _ connection: TaskConnection, peer: String = "CT1", own: String = "STORESCP",
        behaviour: @escaping @Sendable () -> Behaviour = { .takes }
    ) {
        self.connection = connection
        peerAETitle = peer
        ownAETitle = own
        self.behaviour = behaviour
    }

    func send(_ report: CommitmentReport) async throws -> DIMSEStatus {
        tries.withLock { $0 += 1 }
        await Task.yield()
        let behaviour = behaviour()
        return try connection.step { contents in
            switch behaviour {
            case .takes:
                contents.reports.append(report)
                return .success
            case .answers(let status): return status
            case .isNotThere: throw NotReached()
            }
        }
    }
}

/// Every peer in it has an address.
struct ModelSource: CommitmentReporterSource {
    let reporters: [String: ModelReporter]

    func reporter(toPeer peerAETitle: String, from ownAETitle: String) -> (any CommitmentReporter)? {
        reporters[peerAETitle]
    }
}
