// SPDX-License-Identifier: Apache-2.0

/// What happens to an object of the inbox after its import was started: setting `INBOX_TAKEN`.
package enum InboxTaken: String, Sendable {
    case delete
    /// It is moved to `taken/{deliveryId}/`, followed by the rest of its key.
    case move
}
