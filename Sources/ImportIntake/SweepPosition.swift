// SPDX-License-Identifier: Apache-2.0

import ImportPipeline

/// The position at which a sweep ran out of time: for each kind, the last key that it has handled. The next sweep
/// continues after it; `nil`: it begins at the first key.
struct SweepPosition: Codable, Equatable, Sendable {
    /// The last marker listed, if there were more than one sweep lists.
    var markers: String?
    var markersOfGoneTasks: String?
    var markersOfLivingTasks: String?
    var audits: String?
    var inbox: String?
}
