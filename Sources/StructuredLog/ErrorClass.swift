// SPDX-License-Identifier: Apache-2.0

/// What a caller can do about an error.
package enum ErrorClass: String, Sendable {
    /// The service can carry out the request, but not now: wait and try again, for as long as it takes.
    case busy = "Busy"
    /// A temporary failure: the same request may succeed if it is sent again.
    case transient = "Transient"
    /// The same request will always fail.
    case permanent = "Permanent"
}
