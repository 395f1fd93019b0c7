package enum HeaderReaderProgress: Hashable, Sendable {
    case needsMoreBytes
    /// As much work as was allowed is done: go on with the rest of the bytes.
    case paused
    case complete
}
