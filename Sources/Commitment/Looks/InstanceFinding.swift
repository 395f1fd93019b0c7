// SPDX-License-Identifier: Apache-2.0

/// What is known of an instance at the moment of a look.
package enum InstanceFinding: Hashable, Sendable {
    case committed
    /// It was imported, and was sent again since: that import is in progress, perhaps with another content.
    case importedAgain
    /// The instance is there, with another SOP class.
    case ofAnotherClass
    /// It will not be committed unless it is sent again.
    case failed
    /// Its import is in progress.
    case pending
    /// Nothing is known of it.
    case unknown
}

/// Where a look finds out about instances.
package protocol InstanceSearch: Sendable {
    /// The number of references that one request answers.
    var batchSize: Int { get }

    /// A finding for each of these references, at most `batchSize`.
    func findings(of references: ArraySlice<InstanceReference>) async throws -> [InstanceFinding]
}
