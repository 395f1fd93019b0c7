// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import ImportPipeline

/// Records the objects that were rejected.
package protocol RejectionTable: Sendable {
    /// Writes the rejection. One that already exists stays as it is.
    func rejected(_ rejection: Rejection, at date: Date) async throws

    func isRejected(_ delivery: DeliveryID) async throws -> Bool
}
