import FoundationEssentials
import ImportPipeline
import Logging
import Synchronization

/// The deliveries that are open in this task: who belongs to which, and when each closes. Every event loop asks it, several
/// times for each instance, so that it answers at once; what takes longer goes on in tasks of its own.
///
/// An association holds the delivery that it sent to last: one that goes through many studies keeps none of them open.
///
/// A delivery that is to be closed leaves `open` at once, so that its study's next instance opens another. It stays in
/// `entries` until its last instance is stored, then in `closures` until its manifest is written.
final class Deliveries: Sendable {
    /// An instance's place in a delivery.
    struct Membership: Sendable {
        let delivery: DeliveryID
        /// Of the keys of its instances.
        let prefix: String
        /// Nothing is acknowledged before it is written.
        let marker: OpenMarker
    }

    /// Changed in its place, since a delivery may hold thousands of instances.
    private final class Entry {
        var delivery: Delivery
        let membership: Membership
        /// Of the lease, in which the marker was written; nil: it is not written.
        var term: Int?
        let ageTimer: Task<Void, Never>
        var quietTimer: Task<Void, Never>?

        init(delivery: Delivery, membership: Membership, ageTimer: Task<Void, Never>) {
            self.delivery = delivery
            self.membership = membership
            self.ageTimer = ageTimer
        }
    }

    private struct State {
        var entries: [DeliveryID: Entry] = [:]
        /// The delivery that a study's next instance joins.
        var open: [String: DeliveryID] = [:]
        /// The delivery that each association holds.
        var held: [String: DeliveryID] = [:]
        var isShuttingDown = false
        var closures: [DeliveryID: Task<Void, Never>] = [:]
        /// Between two attempts of a closure.
        var pauses: [DeliveryID: Task<Void, Never>] = [:]
        var waitingForTheLast: [CheckedContinuation<Void, Never>] = []
    }

    private let store: any InstanceStore
    private let limits: DeliveryLimits
    private let lease: HeldLease
    private let associations: OpenAssociations
    private let counts: ReceiverCounts
    private let clock: any Clock<Duration>
    private let now: @Sendable () -> Date
    private let logger: Logger

    private let state = Mutex(State())

    init(
        store: any InstanceStore, limits: DeliveryLimits, lease: HeldLease, associations: OpenAssociations,
        counts: ReceiverCounts = ReceiverCounts(), clock: any Clock<Duration> = ContinuousClock(),
        now: @escaping @Sendable () -> Date = { Date() }, logger: Logger
    ) {
        self.associations = associations
        self.store = store
        self.limits = limits
        self.lease = lease
        self.counts = counts
        self.clock = clock
        self.now = now
        self.logger = logger
    }

    /// Those whose manifest is not written yet.
    var count: Int { state.withLock { $0.entries.count + $0.closures.count } }

    /// Gives an instance its place. `instanceStored` or `instanceFailed` must follow.
    func instanceBegan(
        study: String, studyDate: String?, association: String, origin: Delivery.Origin
    ) -> Membership {
        // One that has ended by now would hold the delivery for ever: `associationEnded` was called already, or waits for
        // its turn here.
        state.withLock { state in
            let entry =
                openEntry(of: study, in: &state)
                ?? openDelivery(study: study, studyDate: studyDate, origin: origin, in: &state)
            let id = entry.delivery.id
            let holds = associations.contains(association)
            if state.held[association] != id { associationEnded(association, in: &state) }
            if holds { state.held[association] = id }
            let isShuttingDown = state.isShuttingDown
            update(entry, in: &state) {
                $0.instanceBegan(studyDate: studyDate)
                if holds { $0.associationHolds(association) }
                if isShuttingDown { $0.seal(.shutdown) }
            }
            return entry.membership
        }
    }

    /// Whether the delivery has room for an instance that has come. If not, it must not be published, since it could not be
    /// imported with the rest.
    func instanceComplete(key: String, size: Int, in id: DeliveryID) -> Bool {
        state.withLock { state in
            var hasRoom = true
            update(id, in: &state) { hasRoom = $0.instanceComplete(key: key, size: size) }
            return hasRoom
        }
    }

    /// False when the task's lease was lost: others may think that this task is gone and may have closed the delivery, so that
    /// nothing may be acknowledged. The object stays: it may have replaced one that was.
    func instanceStored(_ instance: DeliveryManifest.Instance, in id: DeliveryID) -> Bool {
        state.withLock { state in
            let entry = state.entries[id]
            guard let entry, let term = lease.term, entry.term == term else {
                update(entry, in: &state) {
                    $0.instanceFailed()
                    $0.seal(.leaseLost)
                }
                return false
            }
            update(entry, in: &state) { $0.instanceStored(instance) }
            return true
        }
    }

    func instanceFailed(in id: DeliveryID) {
        state.withLock { update(id, in: &$0) { $0.instanceFailed() } }
    }

    func associationEnded(_ association: String) {
        state.withLock { associationEnded(association, in: &$0) }
    }

    /// Closes all of them, and each that is opened from now on with its first instance; returns when every manifest is
    /// written or has been given up.
    func shutDown() async {
        state.withLock { state in
            state.isShuttingDown = true
            for pause in state.pauses.values { pause.cancel() }
            for id in state.entries.keys { update(id, in: &state) { $0.seal(.shutdown) } }
        }
        await withCheckedContinuation { continuation in
            let isDone = state.withLock { state in
                let isDone = state.entries.isEmpty && state.closures.isEmpty
                if !isDone { state.waitingForTheLast.append(continuation) }
                return isDone
            }
            if isDone { continuation.resume() }
        }
    }

    // MARK: -

    /// The delivery that the study's next instance joins. One of an earlier term of the lease takes no more.
    private func openEntry(of study: String, in state: inout State) -> Entry? {
        guard let entry = state.open[study].flatMap({ state.entries[$0] }) else { return nil }
        if let term = lease.term, let opened = entry.term, opened != term {
            update(entry, in: &state) { $0.seal(.leaseLost) }
            return nil
        }
        return entry
    }

    private func openDelivery(
        study: String, studyDate: String?, origin: Delivery.Origin, in state: inout State
    ) -> Entry {
        let delivery = Delivery(studyInstanceUID: study, origin: origin, limits: limits, openedAt: now())
        let id = delivery.id
        let marker = OpenMarker()
        Task {
            logger.info("delivery opened", metadata: ["deliveryId": "\(id)", "studyInstanceUID": "\(study)"])
            let description = OpenDelivery(
                deliveryId: id, task: lease.task, studyInstanceUID: study, studyDate: studyDate,
                callingAETitle: origin.callingAETitle, calledAETitle: origin.calledAETitle, peer: origin.peer,
                openedAt: delivery.openedAt)
            do {
                let term = try await lease.acquire()
                try await store.putDocument(
                    try PipelineJSON.encode(description), key: BucketLayout.openMarkerKey(of: id), onlyIfAbsent: false)
                self.state.withLock { $0.entries[id]?.term = term }
                marker.complete(.success(()))
            } catch {
                self.state.withLock { update(id, in: &$0) { $0.abandon() } }
                marker.complete(.failure(error))
            }
        }
        let ageTimer = timer(seconds: limits.maximumAgeSeconds, of: id) { $0.seal(.maximumAge) }
        let membership = Membership(delivery: id, prefix: BucketLayout.prefix(of: id), marker: marker)
        let entry = Entry(delivery: delivery, membership: membership, ageTimer: ageTimer)
        state.entries[id] = entry
        state.open[study] = id
        return entry
    }

    private func associationEnded(_ association: String, in state: inout State) {
        guard let id = state.held.removeValue(forKey: association) else { return }
        update(id, in: &state) { $0.associationEnded(association) }
    }

    /// Applies a change, then does what follows from it.
    private func update(_ id: DeliveryID, in state: inout State, _ change: (inout Delivery) -> Void) {
        update(state.entries[id], in: &state, change)
    }

    private func update(_ entry: Entry?, in state: inout State, _ change: (inout Delivery) -> Void) {
        guard let entry else { return }
        let id = entry.delivery.id
        change(&entry.delivery)
        entry.quietTimer?.cancel()
        entry.quietTimer = nil
        if entry.delivery.closeReason != nil {
            let study = entry.delivery.studyInstanceUID
            if state.open[study] == id { state.open[study] = nil }
        } else if entry.delivery.isQuiet {
            // An instance may have joined while this waited for its turn.
            entry.quietTimer = timer(seconds: limits.quietSeconds, of: id) { if $0.isQuiet { $0.seal(.quiet) } }
        }
        if entry.delivery.isReadyToClose { close(entry, in: &state) }
    }

    private func timer(
        seconds: Int, of id: DeliveryID, _ change: @escaping @Sendable (inout Delivery) -> Void
    ) -> Task<Void, Never> {
        Task { [weak self, clock] in
            guard (try? await clock.sleep(for: .seconds(seconds))) != nil, let self else { return }
            state.withLock { update(id, in: &$0, change) }
        }
    }

    private func close(_ entry: Entry, in state: inout State) {
        let delivery = entry.delivery
        let marker = entry.membership.marker
        entry.ageTimer.cancel()
        state.entries[delivery.id] = nil
        state.closures[delivery.id] = Task {
            await write(delivery.manifest(closedAt: now()), of: delivery.id, after: marker)
            closed(delivery.id)
        }
    }

    private func closed(_ id: DeliveryID) {
        let waiting = state.withLock { state -> [CheckedContinuation<Void, Never>] in
            state.closures[id] = nil
            guard state.entries.isEmpty && state.closures.isEmpty else { return [] }
            defer { state.waitingForTheLast = [] }
            return state.waitingForTheLast
        }
        for waiting in waiting { waiting.resume() }
    }

    /// The marker goes when the manifest is there: until then it tells that there is something to be closed.
    private func write(
        _ manifest: DeliveryManifest?, of id: DeliveryID, after marker: OpenMarker
    ) async {
        guard await putManifest(manifest, of: id) else { return }
        counts.deliveryClosed()
        logger.info(
            "delivery closed",
            metadata: [
                "deliveryId": "\(id)", "instances": "\(manifest?.instances.count ?? 0)",
                "reason": "\(manifest?.closeReason.rawValue ?? "nothing stored")",
            ])
        try? await marker.written()
        await untilTaken(failing: "open marker not removed: its delivery is closed all the same", of: id) {
            try await self.store.removeDocument(key: BucketLayout.openMarkerKey(of: id))
        }
    }

    /// What was acknowledged is imported only then.
    private func putManifest(_ manifest: DeliveryManifest?, of id: DeliveryID) async -> Bool {
        guard let manifest else { return true }
        return await untilTaken(
            failing: "delivery not closed: until it is, its instances are stored but not imported", of: id
        ) {
            try await self.store.putDocument(
                try PipelineJSON.encode(manifest), key: BucketLayout.manifestKey(of: id), onlyIfAbsent: true)
        }
    }

    /// Tries until the store takes it; when shutting down, once more at once, and no longer.
    @discardableResult
    private func untilTaken(
        failing message: Logger.Message, of id: DeliveryID, _ request: @Sendable () async throws -> Void
    ) async -> Bool {
        var attempt = 0
        while true {
            do {
                try await request()
                return true
            } catch {
                logger.error(message, error: error, metadata: ["deliveryId": "\(id)"])
                guard !state.withLock({ $0.isShuttingDown }) else { return false }
                attempt += 1
                await pause(seconds: min(60, 1 << min(attempt, 6)), of: id)
            }
        }
    }

    /// Shutting down ends it.
    private func pause(seconds: Int, of id: DeliveryID) async {
        let pause = Task { [clock] in _ = try? await clock.sleep(for: .seconds(seconds)) }
        state.withLock { state in
            if state.isShuttingDown { pause.cancel() } else { state.pauses[id] = pause }
        }
        await pause.value
        state.withLock { $0.pauses[id] = nil }
    }
}
