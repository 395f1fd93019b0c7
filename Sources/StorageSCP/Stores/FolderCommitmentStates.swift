// SPDX-License-Identifier: Apache-2.0

import Commitment
import Digests
import FoundationEssentials
import Glibc
import HTTP
import ImportPipeline
import NIOPosix

/// Keeps the states of transactions as documents in the folder of the instances. Only one receiver may use them: it
/// keeps those that are open in memory.
actor FolderCommitmentStates: CommitmentStates {
    static let folder = ".commitments/"
    private static let states = "\(folder)states/"
    private static let secondsBetweenPurges = 86_400.0

    private let directory: String
    private let store: any DocumentStore
    private let now: @Sendable () -> Date
    /// Locked while this receiver lives.
    private let lock: OpenFolder
    /// One write at a time: each compares the fence with that of the document before.
    private let turn = ConnectionSlots(1)
    private var open: [CommitmentTransaction.Name: CommitmentTransaction] = [:]
    /// Open transactions that an ended receiver has left and that this one has not begun. No other receiver works on
    /// them, so they are due at once.
    private var inherited: Set<CommitmentTransaction.Name> = []
    private var purgedAt: Date?

    /// Throws if another receiver has the folder.
    init(
        directory: String, store: any DocumentStore, isSynchronized: Bool, now: @escaping @Sendable () -> Date
    ) throws {
        self.directory = directory
        self.store = store
        self.now = now
        let path = "\(directory)/\(Self.states)"
        try OpenFolders(isSynchronized: isSynchronized).make(path)
        lock = try OpenFolder(path: path)
        guard lock.lock(waits: false) else { throw FileError(operation: "flock", errno: EWOULDBLOCK) }
    }

    func write(_ transaction: CommitmentTransaction, expecting fence: Int?) async throws -> CommitmentWrite {
        try await turn.acquire()
        defer { turn.release() }
        let key = Self.key(of: transaction.name)
        let known = try await state(key: key)
        guard known?.fence == fence else { return .refused(by: known) }
        try await store.putDocument(PipelineJSON.encode(transaction.attributes), key: key)
        open[transaction.name] = transaction.isOpen ? transaction : nil
        inherited.remove(transaction.name)
        return .written
    }

    func overdue(before date: Date, atMost limit: Int) async throws -> [CommitmentTransaction] {
        if purgedAt.map({ now().timeIntervalSince($0) >= Self.secondsBetweenPurges }) ?? true { try await purge() }
        let due = open.values.filter { $0.dueAt < date || inherited.contains($0.name) }
        return Array(due.sorted { $0.dueAt < $1.dueAt }.prefix(limit))
    }

    func unreported(
        callingAETitle: String, calledAETitle: String, atMost limit: Int
    ) async throws -> [CommitmentTransaction] {
        let found = open.values.lazy.filter {
            $0.isUnreported && $0.name.callingAETitle == callingAETitle && $0.calledAETitle == calledAETitle
        }
        return Array(found.prefix(limit))
    }

    // MARK: -

    /// Removes the documents of transactions that ended long ago, and reads the others when the receiver has started.
    private func purge() async throws {
        let path = "\(directory)/\(Self.states)"
        let names = try await NIOThreadPool.singleton.runIfActive {
            try FileManager.default.contentsOfDirectory(atPath: path)
        }
        for name in names {
            guard let transaction = try await state(key: "\(Self.states)\(name)") else { continue }
            if transaction.isOpen {
                guard purgedAt == nil, open[transaction.name] == nil else { continue }
                open[transaction.name] = transaction
                inherited.insert(transaction.name)
            } else if Double(transaction.expiresAt) < now().timeIntervalSince1970 {
                for document in transaction.documents {
                    try await store.removeDocument(key: "\(Self.folder)\(document).json")
                }
                try await store.removeDocument(key: "\(Self.states)\(name)")
            }
        }
        purgedAt = now()
    }

    /// `nil` if there is none, or if no receiver has written it.
    private func state(key: String) async throws -> CommitmentTransaction? {
        do {
            let attributes = try await store.read([String: String].self, key: key)
            return attributes.flatMap { CommitmentTransaction(attributes: $0) }
        } catch is DocumentError {
            return nil
        }
    }

    private static func key(of name: CommitmentTransaction.Name) -> String {
        let text = "\(name.callingAETitle)\\\(name.transactionUID)"
        return "\(states)\(Array(SHA256.hash(text.utf8)).hexadecimal).json"
    }
}
