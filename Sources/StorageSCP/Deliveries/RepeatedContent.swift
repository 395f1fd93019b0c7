/// How the content of an instance that was sent again compares with what was sent before it.
enum RepeatedContent: String, Hashable, Sendable {
    case same
    case other
    /// The earlier one is not stored, or its delivery has closed by now.
    case unknown
}
