import FoundationEssentials
import ImportPipeline
import Logging

/// The deliveries that are open in this task: who belongs to which, and when each closes.
///
/// An association holds the delivery that it sent to last: one that goes through many studies keeps none of them open.
///
/// A delivery that is to be closed leaves `open` at once, so that its study's next instance opens another. It stays in
/// `entries` until its last instance is stored, then in `closures` until its manifest is written.
actor Deliveries {
    /// An instance's place in a delivery.
    struct Membership: Sendable {
        let delivery: DeliveryID
        /// Done when the open marker is written: nothing is acknowledged before.
        let marker: Task<Void, any Error>
    }

    private struct Entry {
        var delivery: Delivery
        let marker: Task<Void, any Error>
        var quietTimer: Task<Void, Never>?
        var ageTimer: Task<Void, Never>?
    }

    private let store: any InstanceStore
    private let limits: DeliveryLimits
    private let associations: OpenAssociations
    private let clock: any Clock<Duration>
    private let now: @Sendable () -> Date
    private let logger: Logger

    private var entries: [DeliveryID: Entry] = [:]
    /// The delivery that a study's next instance joins.
    private var open: [String: DeliveryID] = [:]
    /// The delivery that each association holds.
    private var held: [String: DeliveryID] = [:]
    private var isShuttingDown = false
    private var closures: [DeliveryID: Task<Void, Never>] = [:]
    private var waitingForTheLast: [CheckedContinuation<Void, Never>] = []

    init(
        store: any InstanceStore, limits: DeliveryLimits, associations: OpenAssociations,
        clock: any Clock<Duration> = ContinuousClock(), now: @escaping @Sendable () -> Date = { Date() }, logger: Logger
    ) {
        self.associations = associations
        self.store = store
        self.limits = limits
        self.clock = clock
        self.now = now
        self.logger = logger
    }

    /// Gives an instance its place. `instanceStored` or `instanceFailed` must follow.
    func instanceBegan(
        study: String, studyDate: String?, association: String, origin: Delivery.Origin
    ) -> Membership {
        let membership = openMembership(study: study) ?? openDelivery(study: study, origin: origin)
        let id = membership.delivery
        // One that has ended by now would hold the delivery for ever: `associationEnded` was called already.
        let holds = associations.contains(association)
        if held[association] != id { associationEnded(association) }
        if holds { held[association] = id }
        update(id) {
            $0.instanceBegan(studyDate: studyDate)
            if holds { $0.associationHolds(association) }
            if isShuttingDown { $0.seal(.shutdown) }
        }
        return membership
    }

    /// False when the delivery has no room for it, so that it cannot be imported: its object is to be removed.
    func instanceStored(_ instance: DeliveryManifest.Instance, in id: DeliveryID) -> Bool {
        var isTaken = false
        update(id) { isTaken = $0.instanceStored(instance) }
        return isTaken
    }

    func instanceFailed(in id: DeliveryID) {
        update(id) { $0.instanceFailed() }
    }

    func associationEnded(_ association: String) {
        guard let id = held.removeValue(forKey: association) else { return }
        update(id) { $0.associationEnded(association) }
    }

    /// Closes all of them, and each that is opened from now on with its first instance; returns when every manifest is
    /// written or has been given up.
    func shutDown() async {
        isShuttingDown = true
        for id in entries.keys { update(id) { $0.seal(.shutdown) } }
        guard !entries.isEmpty || !closures.isEmpty else { return }
        await withCheckedContinuation { waitingForTheLast.append($0) }
    }

    // MARK: -

    private func openMembership(study: String) -> Membership? {
        guard let id = open[study], let entry = entries[id] else { return nil }
        return Membership(delivery: id, marker: entry.marker)
    }

    private func openDelivery(study: String, origin: Delivery.Origin) -> Membership {
        let delivery = Delivery(studyInstanceUID: study, origin: origin, limits: limits, openedAt: now())
        let id = delivery.id
        let marker = Task { [store] in
            do {
                try await store.putDocument(
                    Array("{}".utf8), key: BucketLayout.openMarkerKey(of: id), onlyIfAbsent: false)
            } catch {
                update(id) { $0.abandon() }
                throw error
            }
        }
        let ageTimer = timer(seconds: limits.maximumAgeSeconds) { deliveries in
            await deliveries.update(id) { $0.seal(.maximumAge) }
        }
        entries[id] = Entry(delivery: delivery, marker: marker, ageTimer: ageTimer)
        open[study] = id
        logger.info("delivery opened", metadata: ["deliveryId": "\(id)", "studyInstanceUID": "\(study)"])
        return Membership(delivery: id, marker: marker)
    }

    /// Applies a change, then does what follows from it.
    private func update(_ id: DeliveryID, _ change: (inout Delivery) -> Void) {
        guard var entry = entries[id] else { return }
        change(&entry.delivery)
        entry.quietTimer?.cancel()
        entry.quietTimer = nil
        if entry.delivery.closeReason != nil {
            if open[entry.delivery.studyInstanceUID] == id { open[entry.delivery.studyInstanceUID] = nil }
        } else if entry.delivery.isQuiet {
            entry.quietTimer = timer(seconds: limits.quietSeconds) { deliveries in
                // An instance may have joined while this waited for its turn.
                await deliveries.update(id) { if $0.isQuiet { $0.seal(.quiet) } }
            }
        }
        entries[id] = entry
        if entry.delivery.isReadyToClose { close(entry) }
    }

    private func timer(seconds: Int, _ action: @escaping @Sendable (Deliveries) async -> Void) -> Task<Void, Never> {
        Task { [weak self, clock] in
            guard (try? await clock.sleep(for: .seconds(seconds))) != nil, let self else { return }
            await action(self)
        }
    }

    private func close(_ entry: Entry) {
        let delivery = entry.delivery
        entry.ageTimer?.cancel()
        entries[delivery.id] = nil
        let manifest = delivery.manifest(closedAt: now())
        closures[delivery.id] = Task {
            await write(manifest, of: delivery.id, after: entry.marker)
            closures[delivery.id] = nil
            guard entries.isEmpty && closures.isEmpty else { return }
            for waiting in waitingForTheLast { waiting.resume() }
            waitingForTheLast = []
        }
    }

    /// The marker goes when the manifest is there: until then it tells that there is something to be closed.
    private func write(
        _ manifest: DeliveryManifest?, of id: DeliveryID, after marker: Task<Void, any Error>
    ) async {
        guard await putManifest(manifest, of: id) else { return }
        logger.info(
            "delivery closed",
            metadata: [
                "deliveryId": "\(id)", "instances": "\(manifest?.instances.count ?? 0)",
                "reason": "\(manifest?.closeReason.rawValue ?? "nothing stored")",
            ])
        _ = await marker.result
        do {
            try await store.removeDocument(key: BucketLayout.openMarkerKey(of: id))
        } catch {
            logger.warning(
                "open marker not removed: its delivery is closed all the same", error: error,
                metadata: ["deliveryId": "\(id)"])
        }
    }

    /// Tries until the store takes it: what was acknowledged is imported only then. At shutdown once more, and no longer.
    private func putManifest(_ manifest: DeliveryManifest?, of id: DeliveryID) async -> Bool {
        guard let manifest else { return true }
        var attempt = 0
        while true {
            do {
                try await store.putDocument(
                    try PipelineJSON.encode(manifest), key: BucketLayout.manifestKey(of: id), onlyIfAbsent: true)
                return true
            } catch {
                logger.error(
                    isShuttingDown
                        ? "delivery not closed: its open marker stays, its instances are stored but not imported"
                        : "delivery not closed yet, trying again",
                    error: error, metadata: ["deliveryId": "\(id)"])
                guard !isShuttingDown else { return false }
                attempt += 1
                try? await clock.sleep(for: .seconds(min(60, 1 << min(attempt, 6))))
            }
        }
    }
}
