// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import HTTP
import ImportPipeline
import Logging
import Synchronization

/// The deliveries that are open in this ECS task: which instance belongs to which delivery, and when each one closes.
/// Every event loop calls it several times for each instance, so its methods return at once; slower work runs in tasks
/// of its own.
///
/// An association holds the delivery that it sent to last. So an association that sends many studies, one after
/// another, keeps only the current one open.
///
/// A *sealed* delivery takes no more instances: the next instance of its study opens another one. It stays in `entries`
/// until its last instance is stored and every delivery that it repeats has closed, then in `closures` until its
/// manifest is written.
final class Deliveries: Sendable {
    /// An instance's place in a delivery.
    struct Membership: Sendable {
        let delivery: DeliveryID
        let study: String
        let name: InstanceName
        /// The last delivery that tried the same instance before, if it has not closed.
        let repeats: DeliveryID?
        /// The prefix of the keys of the delivery's instances.
        let prefix: String
        /// No instance is acknowledged before this marker is written.
        let marker: OpenMarker
    }

    /// The state of a delivery's open marker.
    enum Phase: Equatable {
        /// The delivery waits in `openings`.
        case waiting
        /// The marker is being written.
        case opening
        /// The marker was written in this term of the lease.
        case open(term: Int)
        /// The marker could not be written.
        case failed
        /// The delivery ended before its marker was begun.
        case dropped
    }

    /// A class, so that a change does not copy the delivery, which may hold thousands of instances.
    final class Entry {
        var delivery: Delivery
        let position: DeliveryChain.Position
        /// The prefix of the keys of the delivery's instances.
        let prefix: String
        let marker = OpenMarker()
        /// Measured by `elapsed`.
        let createdAt: Duration
        var phase = Phase.waiting
        /// When the delivery closes because it is quiet; `nil` while an instance is pending or an association holds it.
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
        /// The number of `entries` that wait in `openings`.
        var waitingCount = 0
        /// The number of deliveries made so far, which is the position of the next one.
        var openedCount = 0
        /// The delivery that each sender opened last, until it is closed.
        var youngest: [DeliverySender: DeliveryID] = [:]
        var pace: OpeningPace
        /// Which delivery an instance joins, and in which order deliveries close. There are at most as many chains as
        /// instances, because each delivery has tried an instance of each of its chains.
        var chains: [DeliveryChain.Name: DeliveryChain] = [:]
        /// The delivery that each association holds.
        var held: [String: DeliveryID] = [:]
        var openings: OpeningQueue
        var deadlines: [Deadline: DeadlineQueue] = [:]
        var quietTimes: SenderQuietTimes
        var isShuttingDown = false
        var closures: [DeliveryID: Entry] = [:]
        /// The number of sealed `entries`, and of those of them in which no instance is pending.
        var sealedCount = 0
        var readyCount = 0
        /// The number of instances in deliveries whose manifests are not written, by calling AE title. A delivery
        /// belongs to one title.
        var instances: FairShares<String>
        /// The number of instances in `entries` that are not sealed.
        var unsealedInstances = 0
        /// Tasks that wait between two attempts to close a delivery.
        var pauses: [DeliveryID: Task<Void, Never>] = [:]
        var waitingForTheLast: [CheckedContinuation<Void, Never>] = []

        /// The number of deliveries whose opening has begun and whose manifest is not written.
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
    /// The time since this object was made, by `clock`.
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
        // Where manifests start no imports, there are no import jobs to save: every study opens a delivery.
        state = Mutex(
            State(
                pace: store.startsImports ? pace : .unlimited,
                openings: OpeningQueue(maximumUnderWay: capacity.maximumOpenings ?? .max),
                quietTimes: SenderQuietTimes(
                    fullQuiet: .seconds(limits.quietSeconds),
                    shortQuiet: .seconds(limits.shortQuietSeconds ?? limits.quietSeconds)),
                instances: FairShares(
                    maximum: capacity.maximumInstances, factor: DeliveryCapacity.shareFactor)))
    }

    /// The number of deliveries whose manifest is not written yet.
    var count: Int { state.withLock { $0.entries.count + $0.closures.count } }

    /// The number of deliveries that wait to be opened, and whose senders wait with them.
    var waitingCount: Int { state.withLock { $0.waitingCount } }

    /// Finds or opens the instance's delivery. The caller must call `instanceStored` or `instanceFailed` afterwards.
    func instanceBegan(
        _ name: InstanceName, study: String, studyDate: String?, association: String, origin: Delivery.Origin
    ) throws(InstanceProblem) -> Membership {
        let chain = DeliveryChain.Name(sender: origin.sender, studyInstanceUID: study)
        return try state.withLock { (state) throws(InstanceProblem) in
            closeOldestIfCrowded(&state)
            let isRepeat = state.chains[chain]?.holds(name) ?? false
            guard hasRoom(for: origin.callingAETitle, isRepeat: isRepeat, in: state) else { throw .receiverFull }
            let joined = try openEntry(for: name, in: chain, &state) ?? bundle(for: chain, studyDate: studyDate, &state)
            let entry = joined ?? openDelivery(in: chain, studyDate: studyDate, origin: origin, &state)
            let id = entry.delivery.id
            let repeated = state.chains[chain]?.tried(name, in: entry.position)
            // The open marker names the delivery that this one repeats.
            if repeated != nil, entry.phase == .waiting { entry.delivery.repeats = repeats(of: entry, in: state) }
            if joined == nil { startOpenings(in: &state) }
            // An association that has ended must not hold the delivery: it would hold it for ever, because
            // `associationEnded` has been called already, or waits for the lock.
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

    /// Whether the delivery has room for an instance that has been received. If not, the instance must not be
    /// published, because it could not be imported with the others.
    func instanceComplete(size: Int, in id: DeliveryID) -> Bool {
        state.withLock { state in
            var hasRoom = true
            update(id, in: &state) { hasRoom = $0.instanceComplete(size: size) }
            return hasRoom
        }
    }

    /// Returns false when the instance must not be acknowledged: the task has lost its lease, so a sweep may take the
    /// task for ended and may have closed the delivery; or the delivery is too old, see `DeliveryAge`.
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
                $0.instanceStored(membership.name, in: membership.study, instance, at: now())
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

    /// `isReleased`: the sender released the association, so it has sent everything that it wanted to send.
    func associationEnded(_ association: String, isReleased: Bool = false) {
        state.withLock { associationEnded(association, isReleased: isReleased, in: &$0) }
    }

    /// Closes all deliveries, and each delivery that is opened from now on after its first instance. Returns when every
    /// manifest is written or has been given up.
    func shutDown() async {
        state.withLock { state in
            state.isShuttingDown = true
            for pause in state.pauses.values { pause.cancel() }
            // In the order in which they close: otherwise sealing a later delivery would seal the earlier ones as
            // `repeated`.
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

    /// A delivery closes after the deliveries that it repeats. A sender that keeps one of these open, with an instance
    /// that never ends, gets at most half of the instances for deliveries that wait for it.
    private func hasRoom(for callingAETitle: String, isRepeat: Bool, in state: State) -> Bool {
        state.instances.hasRoom(for: callingAETitle)
            && (!isRepeat || state.instances.count(of: callingAETitle) < capacity.maximumInstances / 2)
    }

    private func associationEnded(_ association: String, isReleased: Bool, in state: inout State) {
        guard let id = state.held.removeValue(forKey: association) else { return }
        update(id, in: &state) { $0.associationEnded(association, isReleased: isReleased) }
    }

    /// Applies a change, then seals, closes or times the deliveries that it affects.
    func update(_ id: DeliveryID, in state: inout State, _ change: (inout Delivery) -> Void) {
        update(state.entries[id], in: &state, change)
    }

    private func update(_ entry: Entry?, in state: inout State, _ change: (inout Delivery) -> Void) {
        guard let entry else { return }
        var older = apply(change, to: entry, in: &state)
        // A loop and not a recursion: through bundles, sealing one delivery may seal all others.
        var sealed: [Entry] = []
        while let id = older.popLast() {
            guard let entry = state.entries[id] else { continue }
            older += apply({ $0.seal(.repeated) }, to: entry, in: &state)
            sealed.append(entry)
        }
        for entry in sealed { closeIfReady(entry, in: &state) }
        closeIfReady(entry, in: &state)
    }

    /// Returns the older deliveries that must be sealed because this one was.
    private func apply(
        _ change: (inout Delivery) -> Void, to entry: Entry, in state: inout State
    ) -> [DeliveryID] {
        let (wasSealed, countBefore) = (entry.delivery.isSealed, entry.delivery.instanceCount)
        let wasReady = entry.delivery.isReadyToClose
        change(&entry.delivery)
        let (isSealed, count) = (entry.delivery.isSealed, entry.delivery.instanceCount)
        state.instances.add(count - countBefore, of: entry.delivery.origin.callingAETitle)
        state.readyCount += (entry.delivery.isReadyToClose ? 1 : 0) - (wasReady ? 1 : 0)
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
