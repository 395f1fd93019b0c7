import FoundationEssentials
import ImportIntake
import ImportPipeline

/// Where rejections are written down: nothing is rejected here, and what is all the same breaks the run.
// Sendable: a run has one thread.
final class SimulatedTable: RejectionTable, @unchecked Sendable {
    private let ledger: Ledger

    init(ledger: Ledger) {
        self.ledger = ledger
    }

    func rejected(_ rejection: Rejection, at date: Date) async throws {
        ledger.violated("rejected: \(rejection.message)")
    }

    func isRejected(_ delivery: DeliveryID) async throws -> Bool { false }
}
