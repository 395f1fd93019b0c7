// SPDX-License-Identifier: Apache-2.0

/// What one run models: the number of instances, sweeps and renewals, the possible faults, and how the protocol departs
/// from its design.
struct Rules {
    /// One departure from the design, with which the protocol does not hold.
    enum Mutation {
        // The lease.
        case noTermCheck
        case leaseCountedFromAnswer
        case leasesBeforeMarkers
        case clockReadAfterLease
        // The marker.
        case acknowledgedWithoutMarker
        case markerRemovedBeforeManifest
        case markerRemovedBeforeExecution
        case livingMarkersNotSwept
        case furtherManifestsRemoveMarker
        /// The sweep starts no execution if manifests already list everything.
        case recoveryStartsOnlyWhatItWrote
        // Manifests.
        case conflictingManifestNotCompared
        case manifestsOverwrite
        // The second look.
        case noAudit
        case auditOnlyWhereSomethingWasFound
        case auditAfterManifest
        case secondLookStartsNoExecutions
        case deliveryOutlivesSecondLook
    }

    /// `TASK_LEASE_SECONDS`, in ticks.
    var leaseTicks = 2
    var instances = 1
    /// Sweeps at the same time.
    var sweeps = 1
    /// Writes of the lease at the same time.
    var renewals = 1
    /// Ticks for which the task's clock may stand still, in total.
    var pauseTicks = 0
    /// Ticks that may pass between a sweep's reading of the clock and its reading of the lease.
    var delayTicks = 0
    /// Ticks by which TriggerImport's clock is ahead of S3's.
    var skewTicks = 0
    /// Tasks may die, or end before their manifest is written.
    var tasksDie = true
    /// The task may give up a request, which takes effect later or never.
    var requestsFail = true
    /// S3's events may be lost, or an invocation may be killed and its event lost with it.
    var eventsAreLost = false
    var eventsAreDoubled = false
    /// The age at which an audit is looked at for the second time; `nil` for no second look.
    var auditTicks: Int?
    /// With a second look: the age, by the task's clock, from which a delivery acknowledges nothing.
    var deliveryTicks = 1
    var mutation: Mutation?

    var ticksUntilGone: Int { 3 * leaseTicks }

    func has(_ mutation: Mutation) -> Bool { self.mutation == mutation }
}
