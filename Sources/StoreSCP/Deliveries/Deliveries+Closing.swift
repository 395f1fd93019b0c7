import ImportPipeline
import Logging

/// Closing: the manifest is written, and after it the marker is removed.
extension Deliveries {
    func close(_ entry: Entry, in state: inout State) {
        let id = entry.delivery.id
        state.entries[id] = nil
        state.sealedCount -= 1
        guard entry.phase != .waiting else {
            // Nothing was written of it, and nobody waits for it any more.
            state.waitingCount -= 1
            closed(entry.delivery.instanceCount, in: &state)
            return
        }
        state.closures.insert(id)
        let (delivery, marker) = (entry.delivery, entry.membership.marker)
        spawn {
            await self.write(delivery, after: marker)
            self.state.withLock { state in
                state.closures.remove(id)
                self.closed(delivery.instanceCount, in: &state)
                self.startOpenings(in: &state)
            }
            self.endStaleOpenings()
        }
    }

    private func closed(_ instances: Int, in state: inout State) {
        state.instances -= instances
        guard state.isEmpty else { return }
        for waiting in state.waitingForTheLast { waiting.resume() }
        state.waitingForTheLast = []
    }

    /// The marker goes when the manifest is there: until then it tells that there is something to be closed.
    private func write(_ delivery: Delivery, after marker: OpenMarker) async {
        let id = delivery.id
        guard await putManifest(of: delivery) else { return }
        counts.deliveryClosed()
        logger.info(
            "delivery closed",
            metadata: [
                "deliveryId": "\(id)", "instances": "\(delivery.instanceCount)",
                "reason": "\(delivery.instanceCount == 0 ? "nothing stored" : delivery.closeReason?.rawValue ?? "")",
            ])
        try? await marker.written()
        await untilTaken(failing: "open marker not removed: its delivery is closed all the same", of: id) {
            try await self.store.removeDocument(key: BucketLayout.openMarkerKey(of: id, task: self.lease.task))
        }
    }

    /// What was acknowledged is imported only then. The manifest is made when there is a connection for it: it can take some
    /// megabytes.
    private func putManifest(of delivery: Delivery) async -> Bool {
        guard delivery.instanceCount > 0 else { return true }
        return await untilTaken(
            failing: "delivery not closed: until it is, its instances are stored but not imported", of: delivery.id
        ) {
            guard let manifest = delivery.manifest(task: self.lease.task, closedAt: self.now()) else { return }
            _ = try await self.manifests.write(manifest)
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
