// SPDX-License-Identifier: Apache-2.0

/// Why a connection is closed in favour of others.
package enum Displacement: String, Hashable, Sendable {
    case connections = "too many connections without an association"
    case requestBytes = "incomplete requests held too much memory"
    case associations = "too many associations, and this one was silent for the longest time"
    case silentAssociations = "too many silent associations of its calling AE title and address"
    case shutdown = "the receiver is shutting down"
}
