// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import ImportPipeline

/// The rejections in the table of import jobs.
package struct RejectionItems: RejectionTable {
    private let table: ImportJobTable

    package init(table: ImportJobTable) {
        self.table = table
    }

    package func rejected(_ rejection: Rejection, at date: Date) async throws {
        try await table.rejected(rejection, at: date)
    }

    package func isRejected(_ delivery: DeliveryID) async throws -> Bool {
        try await table.isRejected(delivery)
    }
}
