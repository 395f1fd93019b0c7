import ImportPipeline

/// Where a sweep stopped that had no time for everything: the last key, of each kind, that it has looked at. The next sweep goes
/// on behind it; nil: it begins at the first.
struct SweepPosition: Codable, Equatable, Sendable {
    /// The last one listed, where there were more than one sweep lists.
    var markers: String?
    var markersOfGoneTasks: String?
    var markersOfLivingTasks: String?
    var audits: String?
    var inbox: String?
}
