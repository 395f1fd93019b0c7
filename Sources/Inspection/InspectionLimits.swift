// SPDX-License-Identifier: Apache-2.0

/// How much the command reads at most, and how long something may take before it counts as a problem.
package enum InspectionLimits {
    /// How far back imports that have ended are read. What has not ended is read whatever its age is.
    package static let windowSeconds = 86_400
    /// The parts of the window that are tried one after the other until one has few enough manifests: a day, six hours,
    /// an hour, ten minutes.
    package static let windowParts = [1, 4, 24, 144]
    /// Open markers, task leases, and manifests of the window; S3 lists 1,000 in one request.
    package static let listedObjects = 10_000
    /// Pages of executions, of 1,000 each.
    package static let executionPages = 20
    /// Pages of the import job table, of one megabyte each.
    package static let tablePages = 1_000
    /// Pages of executions that a redrive reads: all of the 90 days for which Step Functions keeps them.
    package static let redriveExecutionPages = 10_000
    /// Pages of the instance index that are read to find a series, which has no index of its own.
    package static let seriesPages = 200
    /// The imports in one list.
    package static let deliveries = 10_000
    /// Manifests, open markers and leases that one reading fetches; what they say is kept for the next reading.
    package static let documentsPerReading = 250
    /// Manifests whose summaries are kept.
    package static let keptDocuments = 20_000
    /// Open deliveries whose stored objects are counted, the newest first.
    package static let countedOpenDeliveries = 50
    /// Objects that are listed of one open delivery: no delivery has more.
    package static let objectsPerDelivery = 5_000
    /// Rows of the instance index that are read for a delivery that is shown again and again.
    package static let rowsPerTrace = 100
    /// Rows of the instance index that are read to find a study, and then to tell what became of what was found.
    package static let rowsPerFinding = 5_000
    /// Deliveries that one name may stand for.
    package static let tracesPerName = 20
    /// Open deliveries whose objects are searched for a UID.
    package static let searchedOpenDeliveries = 200
    /// Manifests that are searched for a UID, of deliveries that are not imported yet.
    package static let searchedManifests = 1_000
    /// Pages of the keys of one study's instances, of one megabyte each.
    package static let studyPages = 5
    /// Pages of one log group.
    package static let logPages = 20
    /// Log lines in one answer.
    package static let logLines = 2_000
    /// One instance that is shown.
    package static let instanceBytes = 512 << 20
    /// How long a snapshot is used again: at least for this, and for a multiple of the time that its reading took.
    package static let snapshotSeconds = 1.0
    package static let snapshotFactor = 10.0
    /// Requests at the same time.
    package static let requestsAtOnce = 16
    /// Problems in one status; the others are counted.
    package static let problems = 20

    /// From a manifest's arrival to its execution.
    package static let eventSeconds = 120.0
    /// In the start queue. The alarm StandingStarts uses the same.
    package static let startSeconds = 900.0
    /// A job that runs for this many times as long as usual, and for at least `jobSeconds`, is a problem.
    package static let jobFactor = 5.0
    package static let jobSeconds = 900.0
    /// Sweeps that may pass before a delivery that one should have closed is a problem of the sweep.
    package static let patientSweeps = 3.0
}
