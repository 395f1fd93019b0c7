/// What reading a data set may cost, whatever the sender wrote.
package struct DataSetLimits: Hashable, Sendable {
    /// Bytes that are read or skipped before the reader gives up.
    ///
    /// Generous, since private elements of some megabytes do stand before the UIDs that are looked for.
    package var maximumBytesExamined: UInt64 = 256 << 20
    /// The same for a deflated data set, after inflation: inflating takes time, and a few bytes can ask for a lot of it.
    package var maximumBytesInflated: UInt64 = 32 << 20
    /// Sequences and items of undefined length inside one another. Each level costs a few bytes.
    package var maximumDepth = 64
    /// The longest value that is ever kept. The longest that is looked for, a UID, has 64 bytes.
    package var maximumValueLength: UInt32 = 1024
    /// File meta information, which is buffered whole.
    package var maximumFileMetaInformationLength: UInt32 = 16 << 10

    package init() {}
}
