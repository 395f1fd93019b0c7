// SPDX-License-Identifier: Apache-2.0

import AWS
import AWSManagement
import ImportPipeline
import StructuredLog

/// Looks at the rows of `DicomInstanceTable`. One request reads the rows of up to 100 instances in one data store.
package struct InstanceRows: InstanceSearch {
    /// What counts as committed.
    package enum Proof: Hashable, Sendable {
        /// HealthImaging names the instance as imported, whatever delivery it came in.
        case imported
        /// The manifest of the instance's delivery was read, or an import of it has ended.
        case stored
    }

    /// Rows that DynamoDB leaves out, because it is busy, are asked for again.
    private static let retries = RetryPolicy(maximumAttempts: 8)

    private let table: String
    private let datastoreIDs: [String]
    private let proof: Proof
    private let dynamoDB: DynamoDBClient
    private let clock: any Clock<Duration>
    private let fraction: @Sendable () -> Double

    package init(
        table: String, datastoreIDs: [String], proof: Proof, client: AWSClient, clock: any Clock<Duration>,
        fraction: @escaping @Sendable () -> Double
    ) {
        self.table = table
        self.datastoreIDs = datastoreIDs
        self.proof = proof
        dynamoDB = DynamoDBClient(client: client)
        self.clock = clock
        self.fraction = fraction
    }

    package var batchSize: Int { max(1, DynamoDBClient.maximumBatchKeys / datastoreIDs.count) }

    package func findings(of references: ArraySlice<InstanceReference>) async throws -> [InstanceFinding] {
        let names = references.map { BucketLayout.component(ofUID: $0.sopInstanceUID.value) }
        // DynamoDB refuses a request that names a key twice.
        let rows = try await rows(of: Set(names))
        return zip(references, names).map { Self.finding(of: $0, rows: rows[$1] ?? [], proof: proof) }
    }

    /// Makes the call once, for an instance that does not exist.
    package func check() async throws {
        _ = try await rows(of: ["0"])
    }

    /// Rows of several data stores: one that has the instance is enough.
    static func finding(of reference: InstanceReference, rows: [InstanceRecord], proof: Proof) -> InstanceFinding {
        let sopClassUID = BucketLayout.component(ofUID: reference.sopClassUID.value)
        let findings = rows.map { finding(of: sopClassUID, $0, proof: proof) }
        let order: [InstanceFinding] = [.committed, .importedAgain, .pending, .failed, .ofAnotherClass]
        return order.first { findings.contains($0) } ?? .unknown
    }

    /// An older import does not count beside a newer failure: it may have had another content, and the peer should keep
    /// what it has.
    private static func finding(of sopClassUID: String, _ row: InstanceRecord, proof: Proof) -> InstanceFinding {
        let current = row.current
        // A class that the row does not have is not a conflict: an object of the inbox may be imported without it.
        if let found = current[.sopClassUID], !found.utf8.elementsEqual(sopClassUID.utf8) {
            return current.outcome == .pending && proof == .imported ? .pending : .ofAnotherClass
        }
        if proof == .stored { return .committed }
        switch current.outcome {
        case .imported: return row.attempts.contains { $0.outcome == .pending } ? .importedAgain : .committed
        case .pending: return .pending
        case .failed, .missing: return .failed
        }
    }

    private func rows(of names: Set<String>) async throws -> [String: [InstanceRecord]] {
        var left = names.sorted().flatMap { name in
            datastoreIDs.map {
                [
                    InstanceAttribute.sopInstanceUID.rawValue: DynamoDBAttribute.text(name),
                    InstanceAttribute.datastoreId.rawValue: .text($0),
                ]
            }
        }
        var rows: [String: [InstanceRecord]] = [:]
        var attempt = 0
        while true {
            let answer = try await dynamoDB.batchGetItem(table: table, keys: left)
            for record in answer.items.compactMap({ InstanceRecord(item: $0) }) {
                rows[record.current.sopInstanceUID, default: []].append(record)
            }
            left = answer.unprocessedKeys
            if left.isEmpty { return rows }
            attempt += 1
            guard let delay = Self.retries.delay(afterAttempt: attempt, elapsed: .zero, fraction: fraction()) else {
                throw RowsNotRead()
            }
            try await clock.sleep(for: delay)
        }
    }
}

/// DynamoDB left rows out each time.
struct RowsNotRead: NamedError {
    let errorName = "RowsNotRead"
    let errorClass: ErrorClass? = .busy
}
