// SPDX-License-Identifier: Apache-2.0

/// Records when a renewal of the lease was answered, and how long renewals have taken.
// Sendable: a run has one thread.
final class LeaseWatchingStore: SimulatedStore, @unchecked Sendable {
    private var isAnswered = false
    private var since: Duration?
    private var past = Duration.zero

    /// The total duration of all renewals, including the one under way.
    var waited: Duration { past + (since.map { network.process.scheduler.time - $0 } ?? .zero) }

    /// Returns true once after each answer.
    func takeAnswer() -> Bool {
        defer { isAnswered = false }
        return isAnswered
    }

    override func putDocument(_ body: [UInt8], key: String) async throws {
        guard key.hasPrefix("tasks/") else { return try await super.putDocument(body, key: key) }
        since = since ?? network.process.scheduler.time
        defer {
            past = waited
            since = nil
        }
        try await super.putDocument(body, key: key)
        isAnswered = true
    }
}
