// SPDX-License-Identifier: Apache-2.0

import ByteComparison
import Commitment
import FoundationEssentials
import ImportPipeline
import NIOPosix

/// Looks for the files of instances. A file's path has a date and a delivery in it, which a request for storage
/// commitment does not name, so this walks through the folders, the newest dates first, until everything is found.
///
/// One walk at a time: it looks for the instances of all transactions that wait for it.
actor FolderInstanceSearch: InstanceSearch {
    /// The names that one walk reads. What is not among them, in the newest folders, counts as unknown.
    static let maximumNames = 10_000_000

    private struct Waiting {
        let names: [String]
        let continuation: CheckedContinuation<Set<String>, any Error>
    }

    private let directory: String
    private var waiting: [Waiting] = []
    private var isWalking = false

    init(directory: String) {
        self.directory = directory
    }

    /// All references of a transaction in the same walk.
    nonisolated var batchSize: Int { CommitmentConfiguration.maximumReferences }

    func findings(of references: ArraySlice<InstanceReference>) async throws -> [InstanceFinding] {
        let names = references.map { "\(BucketLayout.component(ofUID: $0.sopInstanceUID.value)).dcm" }
        let found = try await withCheckedThrowingContinuation { continuation in
            waiting.append(Waiting(names: names, continuation: continuation))
            if !isWalking {
                isWalking = true
                Task { await walk() }
            }
        }
        return names.map { found.contains($0) ? .committed : .unknown }
    }

    private func walk() async {
        while !waiting.isEmpty {
            let all = waiting
            waiting = []
            let walk = FolderWalk(directory: directory, maximumNames: Self.maximumNames)
            do {
                let found = try await NIOThreadPool.singleton.runIfActive {
                    walk.find(Set(all.lazy.flatMap(\.names)))
                }
                for it in all { it.continuation.resume(returning: found) }
            } catch {
                for it in all { it.continuation.resume(throwing: error) }
            }
        }
        isWalking = false
    }
}

/// Walks through `{year}/{month}/{day}/{delivery}/{study}/{series}/`.
struct FolderWalk: Sendable {
    private static let levels = 6

    let directory: String
    let maximumNames: Int

    /// Those of the files that exist.
    func find(_ names: Set<String>) -> Set<String> {
        var (wanted, found, left) = (names, Set<String>(), maximumNames)
        search(directory, depth: 0, &wanted, &found, &left)
        return found
    }

    private func search(
        _ folder: String, depth: Int, _ wanted: inout Set<String>, _ found: inout Set<String>, _ left: inout Int
    ) {
        guard !wanted.isEmpty, left > 0 else { return }
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        left -= names.count
        guard depth < Self.levels else {
            for name in names where wanted.remove(name) != nil { found.insert(name) }
            return
        }
        // Folders of the receiver itself begin with a dot or with a letter.
        for name in names.filter({ isPart($0, depth: depth) }).sorted(by: >) {
            search("\(folder)/\(name)", depth: depth + 1, &wanted, &found, &left)
        }
    }

    /// Whether a folder at this depth can be part of an instance's path.
    private func isPart(_ name: String, depth: Int) -> Bool {
        depth > 2 || name.utf8.count == (depth == 0 ? 4 : 2) && name.utf8.allSatisfy { (0x30...0x39).contains($0) }
    }
}
