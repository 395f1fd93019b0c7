/// What one instance may cost.
struct ReceptionLimits: Sendable, Equatable {
    /// Of the data set as sent.
    var maximumInstanceBytes: Int
    /// Sequences and items inside one another, as far as the header is read.
    var maximumElementDepth: Int
    /// Before the UIDs that are part of its key, as sent: so much is held in memory.
    var maximumHeaderBytes: Int
}
