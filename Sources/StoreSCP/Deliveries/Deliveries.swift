import FoundationEssentials
import ImportPipeline
import Logging

/// The deliveries that are open in this task: who belongs to which, and when each closes.
///
/// A delivery that is to be closed leaves `open` at once, so that its study's next instance opens another, and stays in
/// `closing` until its last instance is stored and its manifest written.
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
        let id = open[study] ?? openDelivery(study: study, origin: origin)
        update(id) {
            $0.instanceBegan(studyDate: studyDate)
            // One that has ended by now would hold the delivery for ever: `associationEnded` was called already.
            if associations.contains(association) { $0.associationHolds(association) }
        }
        // The entry is there: it was found or made above, and only a closure takes it away.
        return Membership(delivery: id, marker: entries[id]?.marker ?? Task {})
    }

    func instanceStored(_ instance: DeliveryManifest.Instance, in id: DeliveryID) {
        update(id) { $0.instanceStored(instance) }
    }

    func instanceFailed(in id: DeliveryID) {
        update(id) { $0.instanceFailed() }
    }

    func associationEnded(_ association: String) {
        for id in entries.keys { update(id) { $0.associationEnded(association) } }
    }

    /// Closes all of them; returns when every manifest is written or has been given up.
    func shutDown() async {
        for id in entries.keys { update(id) { $0.seal(.shutdown) } }
        guard !entries.isEmpty || !closures.isEmpty else { return }
        await withCheckedContinuation { waitingForTheLast.append($0) }
    }

    // MARK: -

    private func openDelivery(study: String, origin: Delivery.Origin) -> DeliveryID {
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
        return id
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
                await deliveries.update(id) { $0.seal(.quiet) }
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
        do {
            if let manifest {
                try await store.putDocument(
                    try PipelineJSON.encode(manifest), key: BucketLayout.manifestKey(of: id), onlyIfAbsent: true)
            }
            _ = await marker.result
            try await store.removeDocument(key: BucketLayout.openMarkerKey(of: id))
            logger.info(
                "delivery closed",
                metadata: [
                    "deliveryId": "\(id)", "instances": "\(manifest?.instances.count ?? 0)",
                    "reason": "\(manifest?.closeReason.rawValue ?? "nothing stored")",
                ])
        } catch {
            logger.error(
                "delivery not closed: its open marker stays, its instances are stored but not imported",
                error: error, metadata: ["deliveryId": "\(id)"])
        }
    }
}
