/// What reading a data set may cost, whatever the sender wrote.
package struct DataSetLimits: Hashable, Sendable {
    /// Bytes that are read or skipped before the UIDs, until the reader gives up.
    ///
    /// Generous, since private elements of some megabytes do stand before the UIDs that are looked for.
    package var maximumBytesExamined: UInt64 = 256 << 20
    /// The same for a deflated data set, after inflation: inflating takes time, and a few bytes can ask for a lot of it.
    package var maximumBytesInflated: UInt64 = 32 << 20
    /// Of these, what may come out of the first bytes that were received, and out of each further one. Headers deflate to a
    /// tenth or so; a large element of zeros before the UIDs needs the first figure.
    package var bytesInflatedAtFirst: UInt64 = 4 << 20
    package var bytesInflatedPerByte: UInt64 = 64
    /// Elements, items and delimiters that may come out of the first bytes that were received, and out of each further
    /// kibibyte: as many as fit into it where nothing is deflated. Real headers have some hundreds.
    package var elementsAtFirst: UInt64 = 64 << 10
    package var elementsPerKibibyte: UInt64 = 128
    /// Sequences and items of undefined length inside one another. Each level costs a few bytes.
    package var maximumDepth = 64
    /// The longest value that is ever kept. The longest that is looked for, a UID, has 64 bytes where it is one.
    package var maximumValueLength: UInt32 = 1024
    /// File meta information with the preamble. Private information of a vendor's can be long.
    package var maximumFileMetaInformationLength: UInt32 = 1 << 20

    package init() {}

    /// What so many bytes, as sent, may inflate to.
    func bytesInflated(of received: UInt64, atMost maximum: UInt64?) -> UInt64 {
        min(maximum ?? .max, Self.sum(bytesInflatedAtFirst, received, times: bytesInflatedPerByte))
    }

    /// How many elements, items and delimiters may stand in so many bytes, as sent.
    func elements(in received: UInt64) -> UInt64 {
        Self.sum(elementsAtFirst, received >> 10, times: elementsPerKibibyte)
    }

    private static func sum(_ first: UInt64, _ count: UInt64, times factor: UInt64) -> UInt64 {
        let (product, hasOverflowed) = count.multipliedReportingOverflow(by: factor)
        return hasOverflowed ? .max : first.addingReportingOverflow(product).overflow ? .max : first + product
    }
}
