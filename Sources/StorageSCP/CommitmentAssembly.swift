// SPDX-License-Identifier: Apache-2.0

import AWS
import Commitment
import FoundationEssentials
import ImportPipeline
import Logging

/// Puts the parts of storage commitment together, as the settings say.
struct CommitmentAssembly: Sendable {
    let configuration: Configuration
    let task: TaskID
    let environment: [String: String]
    let logger: Logger
    var surroundings = Commitments.Surroundings(
        clock: ContinuousClock(), now: { Date() }, fraction: { .random(in: 0...1) }, spawn: TaskSpawner())

    /// `nil`: the presentation context is refused. `store`: that of the instances.
    func commitments(
        store: any InstanceStore, source: (any CommitmentReporterSource)?
    ) throws -> Commitments? {
        let settings = configuration.commitment
        switch (settings.place, configuration.storage) {
        case (.none, _), (.missing, _): return nil
        case (.tables(let table, let instances, let datastoreIDs), .bucket(let bucket)):
            let connections = try BucketConnections(bucket: bucket, environment: environment, logger: logger)
                .ofCommitments()
            let proof: InstanceRows.Proof = settings.mode == .stored ? .stored : .imported
            return commitments(
                CommitmentTable(name: table, client: connections.client),
                CommitmentDocuments(store: connections.documents),
                InstanceRows(
                    table: instances, datastoreIDs: datastoreIDs, proof: proof, client: connections.client,
                    clock: surroundings.clock, fraction: surroundings.fraction),
                source)
        case (.folder, .directory(let directory)):
            do {
                return commitments(
                    try FolderCommitmentStates(
                        directory: directory, store: store, isSynchronized: configuration.synchronizesStorage,
                        now: surroundings.now),
                    CommitmentDocuments(store: store, folder: FolderCommitmentStates.folder),
                    FolderInstanceSearch(directory: directory), source)
            } catch {
                logger.warning(
                    "storage commitment is refused", error: error,
                    metadata: ["hint": "another receiver has the folder: only one of them can take requests"])
                return nil
            }
        case (.tables, .directory), (.folder, .bucket): return nil
        }
    }

    private func commitments(
        _ states: any CommitmentStates, _ documents: CommitmentDocuments, _ search: any InstanceSearch,
        _ source: (any CommitmentReporterSource)?
    ) -> Commitments {
        let settings = configuration.commitment
        return Commitments(
            task: task, states: states, documents: documents, search: search,
            rules: CommitmentRules(
                unknown: .seconds(settings.unknownSeconds), deadline: .seconds(settings.deadlineSeconds)),
            limits: settings.limits, source: source, surroundings: surroundings, logger: logger)
    }
}
