extension [String: String] {
    /// A setting that is empty counts as absent.
    package func nonEmpty(_ name: String) -> String? { self[name].flatMap { $0.isEmpty ? nil : $0 } }
}
