/// One invocation of TriggerImport by its schedule, as far as it concerns the delivery.
struct Sweep: Equatable {
    enum Phase: UInt8 {
        case idle
        case listedMarkers
        case readClock
        case readLease
        case taskIsAlive
        case taskIsGone
        /// Its task is gone, and there was no manifest when it was asked for.
        case isUnclosed
        case listedInstances
        case wroteAudit
        /// It found the delivery's manifest.
        case foundManifest
        /// It wrote a manifest, or found that there is nothing to be written.
        case wroteManifest
        case isToRemoveMarker
        /// The second look, from here on.
        case looked
        case isToStartAll
        case isToRemoveAudit
    }

    var phase = Phase.idle
    /// What it found under the delivery's prefix.
    var found: InstanceSet = []
    /// As it was read.
    var lease = Age.none
    /// Ticks since it read the clock or, in the mutant that does so later, the lease.
    var waited: UInt8 = 0

    /// Sweeps are alike: an order among them makes states equal that differ in nothing else.
    var rank: UInt32 {
        UInt32(phase.rawValue) << 24 | UInt32(found.rawValue) << 20 | UInt32(lease.rawValue) << 8
            | UInt32(waited)
    }
}
