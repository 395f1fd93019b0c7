// SPDX-License-Identifier: Apache-2.0

/// One scheduled invocation of TriggerImport, as far as it concerns the delivery.
struct Sweep: Equatable {
    enum Phase: UInt8 {
        case idle
        case listedMarkers
        case readClock
        case readLease
        case taskIsAlive
        case taskIsGone
        /// The task is taken for dead, and the sweep found no manifest.
        case isUnclosed
        case listedInstances
        case wroteAudit
        /// The sweep found the delivery's manifest.
        case foundManifest
        /// The sweep wrote a manifest, or found that there was nothing to write.
        case wroteManifest
        case isToRemoveMarker
        /// This and the following phases belong to the second look.
        case looked
        case isToStartAll
        case isToRemoveAudit
    }

    var phase = Phase.idle
    /// The instances found under the delivery's prefix.
    var found: InstanceSet = []
    /// The lease's age when the sweep read it.
    var lease = Age.none
    /// Ticks since the sweep read the clock or, in the mutant that reads the clock later, the lease.
    var waited: UInt8 = 0

    /// Sweeps are interchangeable. Sorting them by this rank makes states equal that differ only in their order.
    var rank: UInt32 {
        UInt32(phase.rawValue) << 24 | UInt32(found.rawValue) << 20 | UInt32(lease.rawValue) << 8
            | UInt32(waited)
    }
}
