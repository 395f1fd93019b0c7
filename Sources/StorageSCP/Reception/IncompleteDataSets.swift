/// What becomes of a data set that ends too early: setting `INCOMPLETE_DATA_SETS`.
enum IncompleteDataSets: String, CaseIterable, Sendable {
    case refuse
    /// It is stored with a warning, B007H, and marked in the manifest.
    case store
}
