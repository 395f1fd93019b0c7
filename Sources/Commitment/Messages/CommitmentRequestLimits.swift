// SPDX-License-Identifier: Apache-2.0

/// How much a request for storage commitment may make us hold.
package struct CommitmentRequestLimits: Hashable, Sendable {
    /// A reference has about 130 bytes, at most 172, and may have more elements that are skipped.
    private static let bytesPerReference = 512
    private static let bytesBesides = 64 << 10

    package var maximumReferences: Int
    /// The size of the data set as sent.
    package var maximumBytes: Int
    /// How deep sequences and items may be nested. Two levels are the references themselves.
    package var maximumDepth = 16

    package init(maximumReferences: Int = 50_000) {
        self.maximumReferences = maximumReferences
        maximumBytes = Self.bytesBesides + Self.bytesPerReference * maximumReferences
    }
}
