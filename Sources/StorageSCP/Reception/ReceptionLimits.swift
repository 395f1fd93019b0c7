/// What one instance may cost, and what is taken of one that is not as it should be.
struct ReceptionLimits: Sendable, Equatable {
    /// Of the data set as sent.
    var maximumInstanceBytes: Int
    /// Sequences and items inside one another.
    var maximumElementDepth: Int
    /// Before the UIDs that are part of its key, as sent: so much is held in memory.
    var maximumHeaderBytes: Int
    var uidMismatch = UIDMismatch.refuse
    var incompleteDataSets = IncompleteDataSets.refuse
}
