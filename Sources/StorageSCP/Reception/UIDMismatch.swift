/// What becomes of an instance whose data set names another SOP class or instance than the command: setting `UID_MISMATCH`.
enum UIDMismatch: String, CaseIterable, Sendable {
    case refuse
    /// The data set's UIDs count. The answer repeats the command's.
    case dataSet = "data-set"
}
