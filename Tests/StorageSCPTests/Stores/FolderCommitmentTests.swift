// SPDX-License-Identifier: Apache-2.0

import DICOM
import Foundation
import ImportPipeline
import Testing

@testable import Commitment
@testable import StorageSCP

@Suite("Storage commitment with a folder")
struct FolderCommitmentTests {
    private let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    private static let now = Date(timeIntervalSince1970: 1_800_000_000)

    private func states(at date: Date = now) throws -> FolderCommitmentStates {
        let store = try FolderInstanceStore(directory: folder.path())
        return try FolderCommitmentStates(
            directory: folder.path(), store: store, isSynchronized: true, now: { date })
    }

    /// The states after the process that had them has ended. A process that another test is starting has the old lock
    /// until it runs its own program.
    private func statesAfterRestart(at date: Date) throws -> FolderCommitmentStates {
        for _ in 0..<10_000 {
            if let states = try? states(at: date) { return states }
            sched_yield()
        }
        return try states(at: date)
    }

    private static func request(_ number: Int) throws -> CommitmentRequest {
        CommitmentRequest(
            callingAETitle: "CT/1", calledAETitle: "STORESCP", transactionUID: try UID("1.3.\(number)"),
            references: [InstanceReference(sopClassUID: try UID("1.2"), sopInstanceUID: try UID("1.2.\(number)"))])
    }

    private static func transaction(_ number: Int) throws -> CommitmentTransaction {
        CommitmentTransaction(
            try request(number), document: DocumentDigest(of: []), by: TaskID(), at: now, after: .zero)
    }

    @Test("A state is written if the stored one has the expected fence")
    func write() async throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let states = try states()
        var transaction = try Self.transaction(1)
        #expect(try await states.write(transaction, expecting: nil) == .written)
        #expect(try await states.write(transaction, expecting: nil) == .refused(by: transaction))
        let first = transaction
        transaction.claimed(by: TaskID(), until: Self.now + 60)
        #expect(try await states.write(transaction, expecting: 7) == .refused(by: first))
        #expect(try await states.write(transaction, expecting: 1) == .written)
        #expect(try await states.write(first, expecting: 1) == .refused(by: transaction))
    }

    @Test("A receiver that starts goes on with the open transactions, and removes old ones that ended")
    func restart() async throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        var open = try Self.transaction(1)
        do {
            let states = try states()
            var ended = try Self.transaction(2)
            #expect(try await states.write(open, expecting: nil) == .written)
            #expect(try await states.write(ended, expecting: nil) == .written)
            ended.gaveUp(at: Self.now)
            #expect(try await states.write(ended, expecting: 1) == .written)
            #expect(try await states.overdue(before: Self.now + 1, atMost: 9) == [open])
        }
        let second = try statesAfterRestart(at: Self.now + 60)
        // At once, because no other receiver can work on them.
        #expect(try await second.overdue(before: Self.now - 100, atMost: 9) == [open])
        open.decided(DocumentDigest(of: [1]), at: Self.now, until: Self.now)
        open.notReported(at: Self.now, pace: .reports, fraction: 1)
        #expect(try await second.write(open, expecting: 1) == .written)
        #expect(try await second.overdue(before: Self.now - 100, atMost: 9) == [])
        let found = try await second.unreported(callingAETitle: "CT/1", calledAETitle: "STORESCP", atMost: 9)
        #expect(found == [open])
        #expect(try await second.unreported(callingAETitle: "CT/1", calledAETitle: "X", atMost: 9) == [])
    }

    @Test("States that ended a week ago are removed when a receiver starts, with their documents")
    func purge() async throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let documents = CommitmentDocuments(
            store: try FolderInstanceStore(directory: folder.path()), folder: FolderCommitmentStates.folder)
        let document = try await documents.write(try Self.request(1))
        do {
            let states = try states()
            var transaction = CommitmentTransaction(
                try Self.request(1), document: document, by: TaskID(), at: Self.now, after: .zero)
            #expect(try await states.write(transaction, expecting: nil) == .written)
            transaction.gaveUp(at: Self.now)
            #expect(try await states.write(transaction, expecting: 1) == .written)
        }
        #expect(try files().count == 2)
        _ = try await statesAfterRestart(at: Self.now + 7 * 86_400 - 1).overdue(before: Self.now, atMost: 1)
        #expect(try files().count == 2)
        _ = try await statesAfterRestart(at: Self.now + 7 * 86_400 + 1).overdue(before: Self.now, atMost: 1)
        #expect(try files() == [])
    }

    private func files() throws -> [String] {
        try FileManager.default.subpathsOfDirectory(atPath: folder.appending(path: ".commitments").path())
            .filter { $0.hasSuffix(".json") }
    }

    @Test("A second receiver with the same folder cannot have them")
    func lock() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let first = try states()
        #expect(throws: FileError.self) { try states() }
        withExtendedLifetime(first) {}
    }

    private func make(_ paths: [String]) throws {
        for path in paths {
            let file = folder.appending(path: path)
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data().write(to: file)
        }
    }

    @Test("A walk finds files by their instance, and no partial ones")
    func walk() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        try make([
            "2026/11/28/d1/1.2/1.3/1.4.1.dcm", "2026/11/29/d2/1.2/1.3/1.4.2.dcm", "2025/01/01/d3/1.2/1.3/1.4.3.dcm",
            ".partial/a/0/1.2/1.3/1.4.4.dcm", "2026/11/29/d2/1.2/1.4.5.dcm", "deliveries/1.4.6.dcm",
        ])
        let wanted = Set((1...6).map { "1.4.\($0).dcm" })
        let walk = FolderWalk(directory: folder.path(), maximumNames: 1_000)
        #expect(walk.find(wanted) == ["1.4.1.dcm", "1.4.2.dcm", "1.4.3.dcm"])
    }

    @Test("A walk begins with the newest date, ends when all are found, and reads a bounded number of names")
    func bounds() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        try make((1...9).map { "2026/11/0\($0)/d/1.2/1.3/1.4.\($0).dcm" })
        // Of this folder the walk would read 1 + 1 + 9 names, and 4 for each date.
        let newest = FolderWalk(directory: folder.path(), maximumNames: 15)
        #expect(newest.find(["1.4.9.dcm"]) == ["1.4.9.dcm"])
        #expect(newest.find(["1.4.1.dcm"]) == [])
    }

    @Test("Several transactions that look at the same time are answered")
    func search() async throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        try make((1...20).map { "2026/11/29/d/1.2/1.3/1.4.\($0).dcm" })
        let search = FolderInstanceSearch(directory: folder.path())
        let findings = try await withThrowingTaskGroup(of: [InstanceFinding].self) { group in
            for first in stride(from: 1, through: 21, by: 4) {
                group.addTask {
                    let references = try (first..<first + 4).map {
                        InstanceReference(sopClassUID: try UID("1.2"), sopInstanceUID: try UID("1.4.\($0)"))
                    }
                    return try await search.findings(of: references[...])
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        #expect(findings.count { $0 == .committed } == 20)
        #expect(findings.count { $0 == .unknown } == 4)
    }
}
