/// What is modelled in one run: how many of each, what may go wrong, and how the protocol departs from its design.
struct Rules {
    /// One departure from the design, after which the protocol does not hold any more.
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
        /// Where all was in a manifest already, the sweep starts no execution.
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

    /// TASK_LEASE_SECONDS, in ticks.
    var leaseTicks = 2
    var instances = 1
    /// Sweeps at the same time.
    var sweeps = 1
    /// Writes of the lease at the same time.
    var renewals = 1
    /// Ticks for which the task's clock may stand still, in all.
    var pauseTicks = 0
    /// Ticks that may go by between a sweep's reading of the clock and of the lease.
    var delayTicks = 0
    /// Ticks by which TriggerImport's clock is ahead of S3's.
    var skewTicks = 0
    /// Or end before their manifest is written.
    var tasksDie = true
    /// The task gives requests up, which land later or never.
    var requestsFail = true
    /// S3's events may be lost, an invocation may be killed and its event with it.
    var eventsAreLost = false
    var eventsAreDoubled = false
    /// When an audit is looked at again; nil: never.
    var auditTicks: Int?
    /// Where there is a second look: a delivery that is as old, by its task's clock, acknowledges nothing any more.
    var deliveryTicks = 1
    var mutation: Mutation?

    var ticksUntilGone: Int { 3 * leaseTicks }

    func has(_ mutation: Mutation) -> Bool { self.mutation == mutation }
}
