// SPDX-License-Identifier: Apache-2.0

/// How the content of an instance that was sent again compares with the copy that was sent before.
enum RepeatedContent: String, Hashable, Sendable {
    case same
    case other
    /// The earlier copy is not stored, or its delivery has closed.
    case unknown
}
