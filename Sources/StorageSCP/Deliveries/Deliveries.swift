import FoundationEssentials
import HTTP
import ImportPipeline
import Logging
import Synchronization

/// The deliveries that are open in this task: who belongs to which, and when each closes. Every event loop asks it, several
/// times for each instance, so that it answers at once; what takes longer goes on in tasks of its own.
///
/// An association holds the delivery that it sent to last: one that goes through many studies keeps none of them open.
///
/// A delivery that is to be closed takes no more, so that its study's next instance opens another. It stays in `entries` until its
/// last instance is stored and what it repeats has closed, then in `closures` until its manifest is written.
final class Deliveries: Sendable {
    /// An instance's place in a delivery.
    struct Membership: Sendable {
        let delivery: DeliveryID
        let study: String
        let name: InstanceName
        /// The delivery that tried the same instance last, if it has not closed.
        let repeats: DeliveryID?
        /// Of the keys of its instances.
        let prefix: String
        /// Nothing is acknowledged before it is written.
        let marker: OpenMarker
    }

    /// How far a delivery's open marker has come.
    enum Phase: Equatable {
        /// Waits in `openings`.
        case waiting
        case opening
        /// Written in this term of the lease.
        case open(term: Int)
        case failed
        /// It was not begun, and nobody waits for it any more.
        case dropped
    }

    /// Changed in its place, since a delivery may hold thousands of instances.
    final class Entry {
        var delivery: Delivery
        let position: DeliveryChain.Position
        /// Of the keys of its instances.
        let prefix: String
        let marker = OpenMarker()
        /// By `elapsed`.
        let createdAt: Duration
        var phase = Phase.waiting
        /// When it closes because nothing came; nil while something may.
        var quietDeadline: Duration?

        init(delivery: Delivery, position: DeliveryChain.Position, createdAt: Duration) {
            self.delivery = delivery
            self.createdAt = createdAt
            self.position = position
            prefix = BucketLayout.prefix(of: delivery.id)
        }
    }

    struct State {
        var entries: [DeliveryID: Entry] = [:]
        /// Those of `entries` that wait in `openings`.
        var waitingCount = 0
        /// How many were opened: the position of the next one.
        var openedCount = 0
        /// The delivery that each calling AE title opened last, until it is closed.
        var youngest: [String: DeliveryID] = [:]
        var pace: OpeningPace
        /// Which delivery an instance joins, and in which order they close. There are not more than instances, since each of its deliveries
        /// has tried one of it.
        var chains: [DeliveryChain.Name: DeliveryChain] = [:]
        /// The delivery that each association holds.
        var held: [String: DeliveryID] = [:]
        var openings: OpeningQueue
        var deadlines: [Deadline: DeadlineQueue] = [:]
        var quietTimes: SenderQuietTimes
        var isShuttingDown = false
        var closures: [DeliveryID: Entry] = [:]
        /// Sealed ones among `entries`: with `closures`, those that make room before long.
        var sealedCount = 0
        /// Instances in deliveries that are not closed, and how many of them may still get company.
        var instances = 0
        var unsealedInstances = 0
        /// Between two attempts of a closure.
        var pauses: [DeliveryID: Task<Void, Never>] = [:]
        var waitingForTheLast: [CheckedContinuation<Void, Never>] = []

        /// Deliveries whose marker was begun and whose manifest is not written.
        var openCount: Int { entries.count - waitingCount + closures.count }
        var isEmpty: Bool { entries.isEmpty && closures.isEmpty }
    }

    let store: any InstanceStore
    let limits: DeliveryLimits
    let capacity: DeliveryCapacity
    let lease: HeldLease
    private let associations: OpenAssociations
    let counts: ReceiverCounts
    let clock: any Clock<Duration>
    /// Since this was made, by `clock`.
    let elapsed: @Sendable () -> Duration
    let now: @Sendable () -> Date
    let newID: @Sendable (Date) -> DeliveryID
    let spawn: TaskSpawner
    let logger: Logger
    let manifests: ManifestWriter
    let closingSlots: ConnectionSlots

    let state: Mutex<State>

    init<C: Clock>(
        store: any InstanceStore, limits: DeliveryLimits, capacity: DeliveryCapacity = DeliveryCapacity(),
        pace: OpeningPace = .unlimited, lease: HeldLease, associations: OpenAssociations,
        counts: ReceiverCounts = ReceiverCounts(),
        clock: C = ContinuousClock(), now: @escaping @Sendable () -> Date = { Date() },
        newID: @escaping @Sendable (Date) -> DeliveryID = { DeliveryID(openedAt: $0) },
        spawn: TaskSpawner = TaskSpawner(), logger: Logger
    ) where C.Duration == Duration {
        self.associations = associations
        self.store = store
        self.limits = limits
        self.capacity = capacity
        self.lease = lease
        self.counts = counts
        self.clock = clock
        let start = clock.now
        elapsed = { start.duration(to: clock.now) }
        self.now = now
        self.newID = newID
        self.spawn = spawn
        self.logger = logger
        manifests = ManifestWriter(store: store, logger: logger)
        closingSlots = ConnectionSlots(capacity.maximumClosings)
        // Where manifests start no imports there is nothing to be spared: a study is a delivery.
        state = Mutex(
            State(
                pace: store.startsImports ? pace : .unlimited,
                openings: OpeningQueue(maximumUnderWay: capacity.maximumOpenings ?? .max),
                quietTimes: SenderQuietTimes(
                    fullQuiet: .seconds(limits.quietSeconds),
                    shortQuiet: .seconds(limits.shortQuietSeconds ?? limits.quietSeconds))))
    }

    /// Those whose manifest is not written yet.
    var count: Int { state.withLock { $0.entries.count + $0.closures.count } }

    /// Those whose senders wait because others are being opened.
    var waitingCount: Int { state.withLock { $0.waitingCount } }

    /// Gives an instance its place. `instanceStored` or `instanceFailed` must follow.
    func instanceBegan(
        _ name: InstanceName, study: String, studyDate: String?, association: String, origin: Delivery.Origin
    ) throws(InstanceProblem) -> Membership {
        let chain = DeliveryChain.Name(callingAETitle: origin.callingAETitle, studyInstanceUID: study)
        return try state.withLock { (state) throws(InstanceProblem) in
            closeOldestIfCrowded(&state)
            // A delivery closes after those that it repeats. A sender that keeps one of these open, with an instance that never
            // ends, must not fill the task with what waits for it.
            let isRepeat = state.chains[chain]?.holds(name) ?? false
            let maximum = isRepeat ? capacity.maximumInstances / 2 : capacity.maximumInstances
            guard state.instances < maximum else { throw .receiverFull }
            let joined = try openEntry(for: name, in: chain, &state) ?? bundle(for: chain, studyDate: studyDate, &state)
            let entry = joined ?? openDelivery(in: chain, studyDate: studyDate, origin: origin, &state)
            let id = entry.delivery.id
            let repeated = state.chains[chain]?.tried(name, in: entry.position)
            // Its marker tells what it repeats.
            if repeated != nil, entry.phase == .waiting { entry.delivery.repeats = repeats(of: entry, in: state) }
            if joined == nil { startOpenings(in: &state) }
            // One that has ended by now would hold the delivery for ever: `associationEnded` was called already, or waits
            // for its turn here.
            let holds = associations.contains(association)
            if state.held[association] != id { associationEnded(association, isReleased: false, in: &state) }
            if holds { state.held[association] = id }
            let isShuttingDown = state.isShuttingDown
            update(entry, in: &state) {
                $0.instanceBegan(name, in: study, studyDate: studyDate)
                if holds { $0.associationHolds(association) }
                if isShuttingDown { $0.seal(.shutdown) }
            }
            return Membership(
                delivery: id, study: study, name: name, repeats: repeated, prefix: entry.prefix, marker: entry.marker)
        }
    }

    /// Whether the delivery has room for an instance that has come. If not, it must not be published, since it could not be
    /// imported with the rest.
    func instanceComplete(size: Int, in id: DeliveryID) -> Bool {
        state.withLock { state in
            var hasRoom = true
            update(id, in: &state) { hasRoom = $0.instanceComplete(size: size) }
            return hasRoom
        }
    }

    /// False when the task's lease was lost: others may think that this task is gone and may have closed the delivery, so that
    /// nothing may be acknowledged. False as well in a delivery that is too old, see `DeliveryAge`.
    func instanceStored(_ instance: StoredInstance, in membership: Membership) -> Bool {
        var firstRepeat: RepeatedContent?
        let isStored = state.withLock { state in
            let entry = state.entries[membership.delivery]
            let oldest = elapsed() - .seconds(DeliveryAge.maximumOfAcknowledgement)
            guard let entry, let term = lease.term, entry.phase == .open(term: term), entry.createdAt >= oldest else {
                update(entry, in: &state) {
                    $0.instanceFailed()
                    $0.seal(entry.map { $0.createdAt < oldest } == true ? .maximumAge : .leaseLost)
                }
                return false
            }
            let content = content(of: instance, in: membership, &state)
            update(entry, in: &state) {
                $0.instanceStored(membership.name, in: membership.study, instance)
                if let content, $0.instanceRepeated(content) { firstRepeat = content }
            }
            return true
        }
        if let firstRepeat { tell(of: firstRepeat, in: membership) }
        return isStored
    }

    func instanceFailed(in id: DeliveryID) {
        state.withLock { update(id, in: &$0) { $0.instanceFailed() } }
    }

    /// `isReleased`: as its sender wished, who has sent what it wanted to.
    func associationEnded(_ association: String, isReleased: Bool = false) {
        state.withLock { associationEnded(association, isReleased: isReleased, in: &$0) }
    }

    /// Closes all of them, and each that is opened from now on with its first instance; returns when every manifest is
    /// written or has been given up.
    func shutDown() async {
        state.withLock { state in
            state.isShuttingDown = true
            for pause in state.pauses.values { pause.cancel() }
            // In the order in which they are to close, or the earlier ones would be sealed because of the later ones.
            for entry in state.entries.values.sorted(by: { $0.position < $1.position }) {
                update(entry, in: &state) { $0.seal(.shutdown) }
            }
        }
        await withCheckedContinuation { continuation in
            let isDone = state.withLock { state in
                if !state.isEmpty { state.waitingForTheLast.append(continuation) }
                return state.isEmpty
            }
            if isDone { continuation.resume() }
        }
    }

    // MARK: -

    private func associationEnded(_ association: String, isReleased: Bool, in state: inout State) {
        guard let id = state.held.removeValue(forKey: association) else { return }
        update(id, in: &state) { $0.associationEnded(association, isReleased: isReleased) }
    }

    /// Applies a change, then does what follows from it.
    func update(_ id: DeliveryID, in state: inout State, _ change: (inout Delivery) -> Void) {
        update(state.entries[id], in: &state, change)
    }

    private func update(_ entry: Entry?, in state: inout State, _ change: (inout Delivery) -> Void) {
        guard let entry else { return }
        var older = apply(change, to: entry, in: &state)
        // In a loop: one delivery of several studies may tie all others together.
        var sealed: [Entry] = []
        while let id = older.popLast() {
            guard let entry = state.entries[id] else { continue }
            older += apply({ $0.seal(.repeated) }, to: entry, in: &state)
            sealed.append(entry)
        }
        for entry in sealed { closeIfReady(entry, in: &state) }
        closeIfReady(entry, in: &state)
    }

    /// The older ones that are to be sealed because this one was.
    private func apply(
        _ change: (inout Delivery) -> Void, to entry: Entry, in state: inout State
    ) -> [DeliveryID] {
        let (wasSealed, countBefore) = (entry.delivery.isSealed, entry.delivery.instanceCount)
        change(&entry.delivery)
        let (isSealed, count) = (entry.delivery.isSealed, entry.delivery.instanceCount)
        state.instances += count - countBefore
        state.unsealedInstances += (isSealed ? 0 : count) - (wasSealed ? 0 : countBefore)
        entry.quietDeadline = nil
        if isSealed, !wasSealed {
            state.sealedCount += 1
            return entry.delivery.chains.flatMap { state.chains[$0]?.sealed(entry.position) ?? [] }
        }
        if !isSealed, entry.delivery.isQuiet {
            wait(for: isShort(entry, in: state) ? .shortQuiet : .quiet, of: entry, in: &state)
        }
        return []
    }
}
