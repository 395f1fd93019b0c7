// SPDX-License-Identifier: Apache-2.0

/// The state of one delivery at one moment: its task, the bucket, events, executions and sweeps.
///
/// Time passes in ticks. Ages are relative and stop growing when they no longer make a difference, so that the number
/// of states is finite.
struct State {
    /// The task's progress with the delivery.
    enum Phase: UInt8 {
        case none
        /// The PUT of the open marker has begun.
        case opening
        case open
        /// No further instance joins.
        case sealed
        case closing
        /// The task waits for the answer to its PUT of a manifest.
        case manifestSent
        case closed
    }

    enum Instance: UInt8 {
        case notSent
        case onItsWay
        /// Stored, but the task has not seen the answer.
        case stored
        /// The task no longer waits for the PUT, which may still take effect.
        case givenUp
        case storedUnacknowledged
        case acknowledged
        case lost
    }

    // The task.
    /// The task is dead or has ended. A task that hangs is modelled as a task that makes no steps.
    var isGone = false
    /// Ticks that passed while the task's clock stood still.
    var paused: UInt8 = 0
    /// Ticks for which the task still holds its lease.
    var held: UInt8 = 0
    var renewals = InlineArray<2, Renewal>(repeating: Renewal())
    /// The lease has been held without a gap since the delivery was opened.
    var isSameTerm = false
    var phase = Phase.none
    /// Ticks since the delivery was opened, by the task's clock.
    var age: UInt8 = 0
    var instances = InlineArray<3, Instance>(repeating: .notSent)

    // Requests that may take effect whatever happens to the task.
    var staleLeasePut = false
    var markerPut = false
    var manifestPut = NumberedManifest()

    // The bucket.
    var lease = Age.none
    var marker = false
    /// The instances of each manifest, by its number; empty if the manifest does not exist.
    var manifests = InlineArray<3, InstanceSet>(repeating: [])
    var audit = Age.none

    // TriggerImport, for events. These are sets of manifest numbers.
    var events: NumberSet = []
    /// The event's invocation has made the first of its two steps, the start of the execution and the removal of the
    /// marker.
    var halfDone: NumberSet = []
    var executions: NumberSet = []
    var imported: InstanceSet = []

    // TriggerImport, on its schedule.
    var sweeps = InlineArray<3, Sweep>(repeating: Sweep())
}
