/// Identifies an instance within its study.
struct InstanceName: Hashable, Sendable {
    let seriesInstanceUID: String
    let sopInstanceUID: String
}
