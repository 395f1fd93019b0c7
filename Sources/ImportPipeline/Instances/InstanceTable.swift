import AWS
import StructuredLog
import Synchronization

/// Where what imports say of instances is written down. It may be told the same twice, and in any order.
package protocol InstanceIndex: Sendable {
    /// Until one cannot be written.
    func write(_ attempts: [InstanceAttempt]) async -> InstanceWrites
}

/// How many rows were not written, and why.
package struct InstanceWrites: Sendable {
    package let left: Int
    /// nil: all were written.
    package let error: (any Error)?

    package init(left: Int, error: (any Error)?) {
        self.left = left
        self.error = error
    }

    /// Whether the same may well be written some time later. Without a table, or without a right to it, it will not.
    package var mayBeRepeated: Bool { error.map { $0.reportedClass != .permanent } ?? false }
}

/// The table `DicomInstanceTable`: a row for each instance in each data store.
package struct InstanceTable: InstanceIndex {
    private static let maximumInFlight = 32
    /// Each round that another writer wins is progress of that one.
    private static let maximumRounds = 64
    /// The index over studies takes about 1,000 writes a second of one study; DynamoDB throttles what is more.
    private static let retryPolicy = RetryPolicy(maximumAttempts: 8)

    private let name: String
    private let datastoreID: String
    private let dynamoDB: DynamoDBClient

    /// nil without a name: there is no such table.
    package init?(name: String?, datastoreID: String, client: AWSClient) {
        guard let name, !name.isEmpty else { return nil }
        self.name = name
        self.datastoreID = datastoreID
        dynamoDB = DynamoDBClient(client: client.with(Self.retryPolicy))
    }

    package func write(_ attempts: [InstanceAttempt]) async -> InstanceWrites {
        let first = FirstError()
        var left = 0
        await attempts.sideBySide(atMost: Self.maximumInFlight) { attempt -> Bool in
            guard first.error == nil else { return false }
            do {
                try await write(attempt)
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

    /// Nearly always there is no row yet, or the import's own PENDING one: one write. Else DynamoDB answers with the row, which is
    /// replaced by what both say together, if nobody has changed it meanwhile.
    private func write(_ attempt: InstanceAttempt) async throws {
        var record = InstanceRecord(attempt)
        var revision = attempt.outcome == .pending ? Self.firstOfPending : Self.firstOfEnded
        var condition = Self.fresh(for: attempt)
        for _ in 0..<Self.maximumRounds {
            let item = record.item(datastoreID: datastoreID, revision: revision)
            guard case .refused(let current) = try await dynamoDB.putItem(table: name, item: item, if: condition)
            else { return }
            record = InstanceRecord(attempt)
            // The row may have been deleted just now.
            guard let current else {
                condition = Self.fresh(for: attempt)
                continue
            }
            let found = current[InstanceAttribute.revision.rawValue]?.text
            condition = .has([InstanceAttribute.revision.rawValue: found])
            revision = max(Self.firstOfEnded, (found.flatMap { Int($0) } ?? 0) &+ 1)
            // What is no row of this index is replaced.
            guard let known = InstanceRecord(item: current) else { continue }
            record = known
            record.take(attempt)
            if record == known { return }
        }
        throw InstanceRowContended()
    }

    /// A row with this revision holds nothing but an import that is under way: what has ended is never written as such.
    private static let firstOfPending = 1
    private static let firstOfEnded = 2

    /// There is no row, or one that the attempt replaces whatever else is in it.
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

/// Others have changed a row each time before it could be written.
struct InstanceRowContended: NamedError {
    let errorName = "InstanceRowContended"
    let errorClass: ErrorClass? = .transient
}
