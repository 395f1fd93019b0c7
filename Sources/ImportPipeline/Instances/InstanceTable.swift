// SPDX-License-Identifier: Apache-2.0

import AWS
import StructuredLog
import Synchronization

/// An index of what imports say about instances. The same attempt may be written twice, and in any order.
package protocol InstanceIndex: Sendable {
    /// Writes the attempts of an import into this data store, and stops at the first that cannot be written. `nil`: the
    /// pipeline's default.
    func write(_ attempts: [InstanceAttempt], datastoreID: String?) async -> InstanceWrites
}

/// How many rows were not written, and why.
package struct InstanceWrites: Sendable {
    package let left: Int
    /// `nil` if all rows were written.
    package let error: (any Error)?

    package init(left: Int, error: (any Error)?) {
        self.left = left
        self.error = error
    }

    /// Whether the same write may succeed later. It will not if the table does not exist, or the role has no right to
    /// it.
    package var mayBeRepeated: Bool { error.map { $0.reportedClass != .permanent } ?? false }

    /// The rows that were not written, and those of them that nobody will try to write again.
    package func metrics(isRepeated: Bool) -> [EmbeddedMetrics.Metric] {
        [.init("InstanceRowsLeft", left)] + (isRepeated ? [] : [.init("InstanceRowsLost", left)])
    }
}

/// The table `DicomInstanceTable`: a row for each instance in each data store.
package struct InstanceTable: InstanceIndex {
    private static let maximumInFlight = 32
    /// The maximum number of writes of one row. A write is only refused because another writer has changed the row.
    private static let maximumRounds = 64
    /// The index over studies takes about 1,000 writes a second for one study; DynamoDB throttles any above that.
    private static let retryPolicy = RetryPolicy(maximumAttempts: 8)

    private let name: String
    private let standardDatastoreID: String
    private let dynamoDB: DynamoDBClient

    /// `nil` without a name: then the table does not exist. `datastoreID` is the pipeline's default.
    package init?(name: String?, datastoreID: String, client: AWSClient) {
        guard let name, !name.isEmpty else { return nil }
        self.name = name
        standardDatastoreID = datastoreID
        dynamoDB = DynamoDBClient(client: client.with(Self.retryPolicy))
    }

    package func write(_ attempts: [InstanceAttempt], datastoreID: String?) async -> InstanceWrites {
        let datastoreID = datastoreID ?? standardDatastoreID
        let first = FirstError()
        var left = 0
        await attempts.sideBySide(atMost: Self.maximumInFlight) { attempt -> Bool in
            guard first.error == nil else { return false }
            do {
                try await write(attempt, datastoreID)
                return true
            } catch {
                first.note(error)
                return false
            }
        } take: {
            if !$0 { left += 1 }
        }
        return InstanceWrites(left: left, error: first.error)
    }

    /// Nearly always no row exists yet, or only the PENDING row of this import: then one write is enough. Otherwise
    /// DynamoDB answers with the existing row. The merge of both replaces it, unless another writer has changed it in
    /// the meantime.
    private func write(_ attempt: InstanceAttempt, _ datastoreID: String) async throws {
        var record = InstanceRecord(attempt)
        var revision = attempt.outcome == .pending ? Self.firstOfPending : Self.firstOfEnded
        var condition = Self.fresh(for: attempt)
        for _ in 0..<Self.maximumRounds {
            let item = record.item(datastoreID: datastoreID, revision: revision)
            guard case .refused(let current) = try await dynamoDB.putItem(table: name, item: item, if: condition)
            else { return }
            record = InstanceRecord(attempt)
            // The row may have been deleted in the meantime.
            guard let current else {
                condition = Self.fresh(for: attempt)
                continue
            }
            let found = current[InstanceAttribute.revision.rawValue]?.text
            condition = .has([InstanceAttribute.revision.rawValue: found])
            revision = max(Self.firstOfEnded, (found.flatMap { Int($0) } ?? 0) &+ 1)
            // An item that is not a row of this index is replaced.
            guard let known = InstanceRecord(item: current) else { continue }
            record = known
            record.take(attempt)
            if record == known { return }
        }
        throw InstanceRowContended()
    }

    /// A row with this revision holds only an import in progress: no result is ever written with it.
    private static let firstOfPending = 1
    private static let firstOfEnded = 2

    /// The condition that no row exists, or one that this attempt replaces completely.
    private static func fresh(for attempt: InstanceAttempt) -> DynamoDBCondition {
        let absent = DynamoDBCondition.absent(key: InstanceAttribute.sopInstanceUID.rawValue)
        guard attempt.outcome != .pending else { return absent }
        return absent.or(
            .has([
                InstanceAttribute.revision.rawValue: String(firstOfPending),
                InstanceAttribute.importId.rawValue: attempt.importID.description,
            ]))
    }

    private final class FirstError: Sendable {
        private let state = Mutex<(any Error)?>(nil)

        var error: (any Error)? { state.withLock { $0 } }

        func note(_ error: any Error) {
            state.withLock { $0 = $0 ?? error }
        }
    }
}

/// Other writers changed a row each time before it could be written.
struct InstanceRowContended: NamedError {
    let errorName = "InstanceRowContended"
    let errorClass: ErrorClass? = .transient
}
