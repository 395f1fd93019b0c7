// SPDX-License-Identifier: Apache-2.0

import ImportPipeline
import Logging

/// Closing a delivery means writing its manifest. The function that starts the import then removes the open marker.
/// This task removes it itself where manifests start no imports, and where nothing was stored.
extension Deliveries {
    /// Closes a delivery that has received its last instance, once every delivery that it repeats has closed.
    func closeIfReady(_ entry: Entry, in state: inout State) {
        closeThoseReady(of: closeItIfReady(entry, in: &state), in: &state)
    }

    /// A loop and not a recursion: through bundles, one delivery may release all others one after another.
    private func closeThoseReady(of released: [DeliveryID], in state: inout State) {
        var released = released
        while let id = released.popLast() {
            if let entry = state.entries[id] { released += closeItIfReady(entry, in: &state) }
        }
    }

    /// Returns the deliveries that waited only for this one and may close now.
    private func closeItIfReady(_ entry: Entry, in state: inout State) -> [DeliveryID] {
        guard entry.delivery.isReadyToClose, state.entries[entry.delivery.id] === entry else { return [] }
        if entry.phase == .waiting {
            entry.phase = .dropped
            state.waitingCount -= 1
        }
        return mayClose(entry, in: state) ? close(entry, in: &state) : []
    }

    private func close(_ entry: Entry, in state: inout State) -> [DeliveryID] {
        entry.delivery.repeats = repeats(of: entry, in: state)
        let (delivery, marker, position) = (entry.delivery, entry.marker, entry.position)
        state.entries[delivery.id] = nil
        let sender = delivery.origin.sender
        if state.youngest[sender] == delivery.id { state.youngest[sender] = nil }
        state.sealedCount -= 1
        state.readyCount -= 1
        guard entry.phase != .dropped else {
            logEmpty(delivery)
            defer { closed(delivery, in: &state) }
            return leaveChains(delivery, position, in: &state)
        }
        state.closures[delivery.id] = entry
        spawn {
            let isWritten = await self.putManifest(of: delivery)
            self.state.withLock { state in
                let released = self.leaveChains(delivery, position, in: &state)
                self.closeThoseReady(of: released, in: &state)
            }
            if isWritten { await self.removeMarker(of: delivery, marker) }
            self.state.withLock { state in
                state.closures[delivery.id] = nil
                self.closed(delivery, in: &state)
                self.startOpenings(in: &state)
            }
            self.endStaleOpenings()
        }
        return []
    }

    private func closed(_ delivery: Delivery, in state: inout State) {
        state.instances.add(-delivery.instanceCount, of: delivery.origin.callingAETitle)
        guard state.isEmpty else { return }
        for waiting in state.waitingForTheLast { waiting.resume() }
        state.waitingForTheLast = []
    }

    /// Acknowledged instances are imported only when the manifest is written. It is encoded when a connection is free
    /// for it, because it can take some megabytes. Returns false when writing was given up: then the open marker has to
    /// stay.
    private func putManifest(of delivery: Delivery) async -> Bool {
        guard delivery.storedCount > 0 else {
            logEmpty(delivery)
            return true
        }
        let isWritten = await untilTaken(
            failing: "delivery not closed: until it is, its instances are stored but not imported", of: delivery.id
        ) {
            guard let manifest = delivery.manifest(task: self.lease.task, closedAt: self.now()) else { return }
            _ = try await self.manifests.write(manifest)
        }
        guard isWritten else { return false }
        counts.deliveryClosed()
        var metadata = Self.metadata(of: delivery)
        metadata["instances"] = "\(delivery.storedCount)"
        metadata["repeated"] = "\(delivery.repeatedCount)"
        metadata["changed"] = "\(delivery.changedCount)"
        logger.info("delivery closed", metadata: metadata)
        return true
    }

    private func logEmpty(_ delivery: Delivery) {
        logger.info("delivery ended: no instance was stored", metadata: Self.metadata(of: delivery))
    }

    private static func metadata(of delivery: Delivery) -> Logger.Metadata {
        var metadata: Logger.Metadata = [
            "deliveryId": "\(delivery.id)", "studies": "\(delivery.studyInstanceUIDs.count)",
            "reason": "\(delivery.endReason ?? "")", "callingAE": "\(delivery.origin.callingAETitle)",
        ]
        if delivery.studyInstanceUIDs.count == 1 {
            metadata["studyInstanceUID"] = "\(delivery.studyInstanceUIDs[0])"
        }
        metadata.name(delivery.origin.destination)
        return metadata
    }

    /// Where manifests start imports, the marker stays until the import has started: it is the record that one is due.
    private func removeMarker(of delivery: Delivery, _ marker: OpenMarker) async {
        guard delivery.storedCount == 0 || !store.startsImports else { return }
        try? await marker.written()
        await untilTaken(failing: "open marker not removed, but its delivery is closed", of: delivery.id) {
            try await self.store.removeDocument(key: BucketLayout.openMarkerKey(of: delivery.id, task: self.lease.task))
        }
    }

    /// Repeats the request until it succeeds. During shutdown it tries once more, without a pause, and then gives up:
    /// false.
    @discardableResult
    private func untilTaken(
        failing message: Logger.Message, of id: DeliveryID, _ request: @Sendable () async throws -> Void
    ) async -> Bool {
        var attempt = 0
        while true {
            do {
                try await closingSlots.acquire()
                defer { closingSlots.release() }
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

    /// Shutdown ends the pause.
    private func pause(seconds: Int, of id: DeliveryID) async {
        let pause = spawn { [clock] in _ = try? await clock.sleep(for: .seconds(seconds)) }
        state.withLock { state in
            if state.isShuttingDown { pause.cancel() } else { state.pauses[id] = pause }
        }
        await pause.value
        state.withLock { $0.pauses[id] = nil }
    }
}
