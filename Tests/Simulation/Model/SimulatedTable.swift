// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import ImportIntake
import ImportPipeline

/// The table of rejections. No import should be rejected in a run: a rejection is a violation.
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
