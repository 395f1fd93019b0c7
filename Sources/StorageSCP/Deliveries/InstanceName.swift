/// What tells an instance from the others of its study.
struct InstanceName: Hashable, Sendable {
    let seriesInstanceUID: String
    let sopInstanceUID: String
}
