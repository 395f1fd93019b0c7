// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials

/// Where the states of transactions are kept. A state that was written is durable.
package protocol CommitmentStates: Sendable {
    /// Writes the state if the stored one has this fence; `nil`: if none is stored.
    func write(_ transaction: CommitmentTransaction, expecting fence: Int?) async throws -> CommitmentWrite

    /// Open transactions whose work was due before this time, the longest overdue first.
    func overdue(before date: Date, atMost limit: Int) async throws -> [CommitmentTransaction]

    /// Transactions between these two titles whose reports wait for an association or for the peer.
    func unreported(
        callingAETitle: String, calledAETitle: String, atMost limit: Int
    ) async throws -> [CommitmentTransaction]
}

package enum CommitmentWrite: Hashable, Sendable {
    case written
    /// Another state is stored; `nil`: none.
    case refused(by: CommitmentTransaction?)
}
