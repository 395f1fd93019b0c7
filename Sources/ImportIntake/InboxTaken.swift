/// What becomes of an object of the inbox when its import has been started: setting `INBOX_TAKEN`.
package enum InboxTaken: String, Sendable {
    case delete
    /// It goes to `taken/{deliveryId}/`, under the rest of its key.
    case move
}
