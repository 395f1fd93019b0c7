// SPDX-License-Identifier: Apache-2.0

/// The state of a header reader.
package enum HeaderReaderProgress: Hashable, Sendable {
    case needsMoreBytes
    /// The allowed work is done. Call again with the rest of the bytes.
    case paused
    case complete
}
