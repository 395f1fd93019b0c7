/// All that counts at one moment of one delivery: its task, the bucket, events and executions, sweeps.
///
/// Time goes in ticks. Ages are relative and stop growing where they make no difference any more, so that there are finitely
/// many states.
struct State {
    /// How far the task has come with the delivery.
    enum Phase: UInt8 {
        case none
        /// The PUT of its marker was begun.
        case opening
        case open
        /// Nothing joins any more.
        case sealed
        case closing
        /// A manifest's PUT is awaited.
        case manifestSent
        case closed
    }

    enum Instance: UInt8 {
        case notSent
        case onItsWay
        /// Stored; the task has not seen the answer.
        case stored
        /// The task awaits nothing any more, but the PUT may still land.
        case givenUp
        case storedUnacknowledged
        case acknowledged
        case lost
    }

    // The task.
    /// Dead, or has ended. One that hangs is one that makes no steps.
    var isGone = false
    /// Ticks that went by while its clock stood still.
    var paused: UInt8 = 0
    /// Ticks for which it holds its lease.
    var held: UInt8 = 0
    var renewals = InlineArray<2, Renewal>(repeating: Renewal())
    /// The lease has been held without a gap since the delivery was opened.
    var isSameTerm = false
    var phase = Phase.none
    /// Ticks since the delivery was opened, by the task's clock.
    var age: UInt8 = 0
    var instances = InlineArray<3, Instance>(repeating: .notSent)

    // Requests that may land whatever becomes of their client.
    var staleLeasePut = false
    var markerPut = false
    var manifestPut = NumberedManifest()

    // The bucket.
    var lease = Age.none
    var marker = false
    /// By number; one that lists nothing is not there.
    var manifests = InlineArray<3, InstanceSet>(repeating: [])
    var audit = Age.none

    // TriggerImport, for events. These are sets of manifests' numbers.
    var events: NumberSet = []
    /// Its invocation has done the first of two things: started the execution, removed the marker.
    var halfDone: NumberSet = []
    var executions: NumberSet = []
    var imported: InstanceSet = []

    // TriggerImport, on its schedule.
    var sweeps = InlineArray<3, Sweep>(repeating: Sweep())
}
