// SPDX-License-Identifier: Apache-2.0

import Digests

/// What a delivery remembers of a stored instance until its manifest is written. It does not contain the key, which
/// follows from the name, because there may be hundreds of thousands of instances.
struct StoredInstance: Sendable, Equatable {
    /// The size of the whole Part 10 file in bytes.
    let size: Int
    /// The CRC-32 of the whole Part 10 file.
    let checksum: CRC32
    let sopClassUID: String
    let transferSyntaxUID: String
    /// Whether the data set ends too early.
    var isIncomplete = false

    func hasSameContent(as other: StoredInstance) -> Bool {
        size == other.size && checksum == other.checksum
    }
}
