// SPDX-License-Identifier: Apache-2.0

import ImportPipeline

/// What a sweep found and did.
package struct SweepOutcome: Encodable, Equatable, Sendable {
    /// Deliveries that the sweep closed because their tasks were gone.
    package var recovered: [DeliveryID] = []
    /// Imports that had a manifest or an object in the inbox, but no execution: their events were lost or are late.
    package var started = 0
    /// Deliveries of living tasks that have no manifest yet.
    package var open = 0
    /// Markers that were removed because nothing was stored, or because the import was started before and has ended.
    package var cleared = 0
    /// Rejected deliveries and objects; the table says why.
    package var rejected = 0
    /// Second looks that were completed.
    package var auditsClosed = 0
    /// Instances that a second look found and no manifest listed.
    package var instancesFoundLate = 0
    /// Empty objects of the inbox that stand for folders: nothing is to be imported.
    package var folders = 0
    /// Studies of which it was told that they settled.
    package var studiesSettled = 0
    /// Studies that were due, but have imports that run, or may have instances in deliveries without an import.
    package var studiesPostponed = 0
    /// Items that failed: the next sweep tries again.
    package var failed = 0
    /// No time was left to look at them.
    package var left = 0

    package init() {}

    mutating func add(_ finding: SweepFinding) {
        switch finding {
        case .recovered(let delivery): recovered.append(delivery)
        case .started: started += 1
        case .open: open += 1
        case .cleared: cleared += 1
        case .rejected: rejected += 1
        case .auditClosed(let foundLate):
            auditsClosed += 1
            instancesFoundLate += foundLate
        case .studySettled: studiesSettled += 1
        case .studyPostponed: studiesPostponed += 1
        case .gone: break
        case .failed: failed += 1
        case .left: left += 1
        }
    }
}
