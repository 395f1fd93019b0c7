// SPDX-License-Identifier: Apache-2.0

import DICOMNetwork

/// The files that are still to be sent, divided into batches that fit into one association each.
actor SendQueue {
    /// The files of one batch, and the contexts that all of them need.
    private struct Batch {
        var plan = ContextPlan()
        /// Files in the order in which they are sent, last first.
        var files: [OutgoingFile] = []
    }

    struct Assignment {
        let batch: Int
        let plan: ContextPlan
    }

    private var batches: [Batch] = []
    private var losses: [OutgoingFile: Int] = [:]
    /// Whether any association was accepted. Before that, a refused connection is not worth a retry.
    private(set) var hasSucceeded = false

    init(_ files: [OutgoingFile]) {
        var batchOfContext: [ContextKey: Int] = [:]
        for file in files {
            if let known = batchOfContext[file.context] {
                batches[known].files.append(file)
                continue
            }
            if batches.isEmpty { batches.append(Batch()) }
            if !batches[batches.count - 1].plan.add(file.context) {
                batches.append(Batch())
                _ = batches[batches.count - 1].plan.add(file.context)
            }
            batchOfContext[file.context] = batches.count - 1
            batches[batches.count - 1].files.append(file)
        }
        for index in batches.indices { batches[index].files.reverse() }
    }

    var associationsNeeded: Int { batches.count }

    /// A batch with files left; `nil` if there is none.
    func assignment() -> Assignment? {
        guard let index = batches.firstIndex(where: { !$0.files.isEmpty }) else { return nil }
        return Assignment(batch: index, plan: batches[index].plan)
    }

    func take(from batch: Int) -> OutgoingFile? {
        batches[batch].files.popLast()
    }

    /// The association was lost while the file was sent. False if that happened too often.
    func giveBack(_ file: OutgoingFile, to batch: Int, maximumLosses: Int) -> Bool {
        let count = (losses[file] ?? 0) + 1
        guard count < maximumLosses else {
            losses[file] = nil
            return false
        }
        losses[file] = count
        batches[batch].files.append(file)
        return true
    }

    func succeeded() {
        hasSucceeded = true
    }

    func takeAll() -> [OutgoingFile] {
        defer { for index in batches.indices { batches[index].files = [] } }
        return batches.flatMap { $0.files.reversed() }
    }
}
