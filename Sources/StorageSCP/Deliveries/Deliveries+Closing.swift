import ImportPipeline
import Logging

/// Closing: the manifest is written. What starts its import removes the open marker; where nobody does, and where nothing was
/// stored, this task removes it.
extension Deliveries {
    /// Closes a delivery that has got its last instance, when all that it repeats has closed.
    func closeIfReady(_ entry: Entry, in state: inout State) {
        closeThoseReady(of: closeItIfReady(entry, in: &state), in: &state)
    }

    /// In a loop: one delivery of several studies may tie all others together.
    private func closeThoseReady(of released: [DeliveryID], in state: inout State) {
        var released = released
        while let id = released.popLast() {
            if let entry = state.entries[id] { released += closeItIfReady(entry, in: &state) }
        }
    }

    /// Those that only waited for it and may close now.
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
        let title = delivery.origin.callingAETitle
        if state.youngest[title] == delivery.id { state.youngest[title] = nil }
        state.sealedCount -= 1
        guard entry.phase != .dropped else {
            logEmpty(delivery)
            defer { closed(delivery.instanceCount, in: &state) }
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
                self.closed(delivery.instanceCount, in: &state)
                self.startOpenings(in: &state)
            }
            self.endStaleOpenings()
        }
        return []
    }

    private func closed(_ instances: Int, in state: inout State) {
        state.instances -= instances
        guard state.isEmpty else { return }
        for waiting in state.waitingForTheLast { waiting.resume() }
        state.waitingForTheLast = []
    }

    /// What was acknowledged is imported only then. The manifest is made when there is a connection for it: it can take some
    /// megabytes. False: it was given up, so that the marker has to stay.
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
            "reason": "\(delivery.endReason ?? "")",
        ]
        if delivery.studyInstanceUIDs.count == 1 {
            metadata["studyInstanceUID"] = "\(delivery.studyInstanceUIDs[0])"
        }
        return metadata
    }

    /// Until the import has started, the marker tells that it is to be started.
    private func removeMarker(of delivery: Delivery, _ marker: OpenMarker) async {
        guard delivery.storedCount == 0 || !store.startsImports else { return }
        try? await marker.written()
        await untilTaken(failing: "open marker not removed: its delivery is closed all the same", of: delivery.id) {
            try await self.store.removeDocument(key: BucketLayout.openMarkerKey(of: delivery.id, task: self.lease.task))
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

    /// Shutting down ends it.
    private func pause(seconds: Int, of id: DeliveryID) async {
        let pause = spawn { [clock] in _ = try? await clock.sleep(for: .seconds(seconds)) }
        state.withLock { state in
            if state.isShuttingDown { pause.cancel() } else { state.pauses[id] = pause }
        }
        await pause.value
        state.withLock { $0.pauses[id] = nil }
    }
}
