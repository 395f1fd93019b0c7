// SPDX-License-Identifier: Apache-2.0

import AWS
import Commitment
import FoundationEssentials
import ImportPipeline
import Logging

/// Storage commitment: whether it is taken, the tables with the rights on them, and the peers.
struct CommitmentCheck {
    private static let subject = "commitment"
    /// Two attempts: enough for one lost connection, and short enough to wait for.
    private static let retries = RetryPolicy(maximumAttempts: 2, maximumElapsed: .seconds(5))

    let configuration: Configuration
    let settings: CheckedSettings
    let environment: [String: String]

    func results() async -> [CheckResult] {
        let names = ReceiverSettings.commitments.map(\.name) + [ReceiverSettings.bucket.name]
        if let name = settings.unusable(names) { return [.notChecked(Self.subject, because: name)] }
        switch (configuration.commitment.place, configuration.storage) {
        case (.none, _): return [CheckResult(.ok, Self.subject, "off: requests are refused")]
        case (.missing(let remedy), .directory):
            return [CheckResult(.ok, Self.subject, "requests are refused: \(remedy)")]
        case (.missing(let remedy), .bucket):
            return [CheckResult(.warning, Self.subject, "requests are refused", remedy: remedy)]
        case (.folder, _):
            return [CheckResult(.ok, Self.subject, "of files that are on the disk")] + ofPeers()
        case (.tables(let table, let instances, let ids), .bucket(let bucket)):
            return await ofTables(table, instances, ids, bucket: bucket) + ofPeers()
        case (.tables, .directory): return []
        }
    }

    /// Does everything that the receiver does with the tables, and changes nothing: the condition of the write is never
    /// true.
    private func ofTables(
        _ table: String, _ instances: String, _ datastoreIDs: [String], bucket: String
    ) async -> [CheckResult] {
        let logger = Logger(label: "check") { _ in SwiftLogNoOpLogHandler() }
        do {
            let client = try BucketConnections(bucket: bucket, environment: environment, logger: logger)
                .ofCommitments(Self.retries).client
            let states = CommitmentTable(name: table, client: client)
            let rows = InstanceRows(
                table: instances, datastoreIDs: datastoreIDs, proof: .imported, client: client,
                clock: ContinuousClock(), fraction: { 1 })
            return [
                await result(table) { try await states.check() },
                await result(instances) { try await rows.check() },
            ]
        } catch {
            return [.notChecked(Self.subject, because: "the region")]
        }
    }

    private func result(_ table: String, _ check: @escaping @Sendable () async throws -> Void) async -> CheckResult {
        do {
            try await TimeLimit.wait(BucketCheck.limit, for: check)
            return CheckResult(.ok, Self.subject, "the table \(table) answers, with the rights on it")
        } catch {
            return CheckResult(
                .failed, Self.subject, "the table \(table): \(error)",
                remedy: "correct its name, or allow what template/receiver.yaml allows")
        }
    }

    private func ofPeers() -> [CheckResult] {
        let peers = configuration.commitment.peers
        let name = ReceiverSettings.commitmentPeers.name
        guard !peers.isEmpty else {
            return [CheckResult(.ok, name, "no addresses: reports go on associations that the peers open")]
        }
        let tls = configuration.commitment.tls
        let sources = peers.values.contains(where: \.usesTLS) ? [tls.certificate, tls.authorities] : []
        do {
            for source in sources.compactMap(\.self) { _ = try TLSCredentials.certificates(source) }
        } catch {
            return [CheckResult(error)]
        }
        return [CheckResult(.ok, name, "\(peers.count) addresses")]
    }
}
