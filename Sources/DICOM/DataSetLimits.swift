// SPDX-License-Identifier: Apache-2.0

/// Limits on the cost of reading a data set, whatever the sender wrote.
package struct DataSetLimits: Hashable, Sendable {
    /// The maximum number of bytes before the UIDs, read or skipped.
    ///
    /// Generous, because private elements of some megabytes can come before the UIDs.
    package var maximumBytesExamined: UInt64 = 256 << 20
    /// The same for a deflated data set, after inflation. Inflating takes time, and a few bytes can inflate to very
    /// many.
    package var maximumBytesInflated: UInt64 = 32 << 20
    /// The number of inflated bytes allowed from the start, and for each received byte in addition. Headers deflate to
    /// about a tenth of their size; a large element of zeros before the UIDs needs the first number.
    package var bytesInflatedAtFirst: UInt64 = 4 << 20
    package var bytesInflatedPerByte: UInt64 = 64
    /// The number of elements, items and delimiters allowed from the start, and for each received kibibyte in addition:
    /// as many as fit into it without deflation. Real headers have some hundreds.
    package var elementsAtFirst: UInt64 = 64 << 10
    package var elementsPerKibibyte: UInt64 = 128
    /// Nesting depth of sequences and items of undefined length. An attacker needs only a few bytes for each level.
    package var maximumDepth = 64
    /// The longest value that is kept. The longest valid one, a UID, has 64 bytes.
    package var maximumValueLength: UInt32 = 1024
    /// Length of file meta information including the preamble. Private information of a vendor can be long.
    package var maximumFileMetaInformationLength: UInt32 = 1 << 20

    package init() {}

    /// The number of bytes to which the received bytes, as sent, may inflate.
    func bytesInflated(of received: UInt64, atMost maximum: UInt64?) -> UInt64 {
        min(maximum ?? .max, Self.sum(bytesInflatedAtFirst, received, times: bytesInflatedPerByte))
    }

    /// The number of elements, items and delimiters that the received bytes, as sent, may contain.
    func elements(in received: UInt64) -> UInt64 {
        Self.sum(elementsAtFirst, received >> 10, times: elementsPerKibibyte)
    }

    private static func sum(_ first: UInt64, _ count: UInt64, times factor: UInt64) -> UInt64 {
        let (product, hasOverflowed) = count.multipliedReportingOverflow(by: factor)
        return hasOverflowed ? .max : first.addingReportingOverflow(product).overflow ? .max : first + product
    }
}
