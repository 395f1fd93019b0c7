// SPDX-License-Identifier: Apache-2.0

/// The limits for one instance, and which faulty instances are stored.
struct ReceptionLimits: Sendable, Equatable {
    /// The size of the data set as sent.
    var maximumInstanceBytes: Int
    /// How deep sequences and items may be nested.
    var maximumElementDepth: Int
    /// The size of the data set as sent, up to the last UID that the key needs. These bytes are held in memory.
    var maximumHeaderBytes: Int
    var uidMismatch = UIDMismatch.refuse
    var incompleteDataSets = IncompleteDataSets.refuse
}
