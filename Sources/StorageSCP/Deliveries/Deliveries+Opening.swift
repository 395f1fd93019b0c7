// SPDX-License-Identifier: Apache-2.0

import ImportPipeline
import Logging

/// Opening a delivery means writing its open marker. No instance is acknowledged before that.
///
/// A study opens a delivery or joins one, see `OpeningPace`. Each opening leads to at least one more request when the
/// delivery closes. So openings get a third of the connections for documents and closings get the rest: when the store
/// is slow, senders wait instead of closing falling behind.
extension Deliveries {
    /// A delivery could not be opened in time, because other deliveries were before it in the queue.
    struct OpeningTimeout: Error, CustomStringConvertible {
        let seconds: Int64

        var description: String {
            "the delivery was not opened within \(seconds) s: the store is slow, or too many studies arrive"
        }
    }

    /// How long a delivery may wait for its turn. After this time most senders have given up.
    private static let patience = Duration.seconds(60)

    /// The caller must call `startOpenings` afterwards.
    func openDelivery(
        in chain: DeliveryChain.Name, studyDate: String?, origin: Delivery.Origin, _ state: inout State
    ) -> Entry {
        let openedAt = now()
        let id = newID(openedAt)
        let entry = Entry(
            delivery: Delivery(id: id, origin: origin, limits: limits, openedAt: openedAt), position: state.openedCount,
            createdAt: elapsed())
        state.openedCount += 1
        state.entries[id] = entry
        state.youngest[chain.sender] = id
        add(chain, studyDate: studyDate, to: entry, in: &state)
        state.waitingCount += 1
        state.openings.append(id, callingAETitle: chain.sender.callingAETitle, at: elapsed())
        return entry
    }

    /// The open delivery that a study joins because deliveries were opened too fast; `nil` when the study opens its
    /// own. See `OpeningPace`.
    func bundle(for chain: DeliveryChain.Name, studyDate: String?, _ state: inout State) -> Entry? {
        let youngest = state.youngest[chain.sender].flatMap { state.entries[$0] }.flatMap { entry -> Entry? in
            sealIfLeaseWasLost(entry, in: &state)
            // A delivery that holds the study has tried this instance: otherwise the instance would have joined it
            // already.
            return entry.delivery.takesStudies && !entry.delivery.holds(study: chain.studyInstanceUID) ? entry : nil
        }
        let opens = state.pace.opens(
            at: elapsed(), orJoinsOneOpenedAt: youngest?.createdAt, senders: state.youngest.count)
        guard !opens, let youngest else { return nil }
        add(chain, studyDate: studyDate, to: youngest, in: &state)
        counts.studyJoined()
        logger.info(
            "study joined an open delivery",
            metadata: ["deliveryId": "\(youngest.delivery.id)", "studyInstanceUID": "\(chain.studyInstanceUID)"])
        return youngest
    }

    private func add(_ chain: DeliveryChain.Name, studyDate: String?, to entry: Entry, in state: inout State) {
        state.quietTimes.began(study: chain.studyInstanceUID, of: chain.sender, at: elapsed())
        entry.delivery.studyJoined(chain.studyInstanceUID, date: studyDate)
        state.chains[chain, default: DeliveryChain(maximumRepeats: capacity.maximumRepeats)].joined(
            entry.delivery.id, at: entry.position)
    }

    /// Opens waiting deliveries, in turn, while there is room.
    func startOpenings(in state: inout State) {
        while state.openings.hasRoom {
            guard state.waitingCount == 0 || state.openCount < capacity.maximumOpen else { return makeRoom(in: &state) }
            guard let id = state.openings.next() else { return }
            guard let entry = state.entries[id], entry.phase == .waiting else {
                // It ended before its turn, empty.
                state.openings.ended()
                continue
            }
            entry.phase = .opening
            state.waitingCount -= 1
            wait(for: .age, of: entry, in: &state)
            let (open, marker) = (entry.delivery.marker(task: lease.task), entry.marker)
            spawn { await self.write(open, marker: marker) }
        }
    }

    /// Abandons the deliveries that have waited longer than `patience`.
    func endStaleOpenings() {
        let limit = elapsed() - Self.patience
        let markers = state.withLock { state in
            state.openings.removeAll(before: limit).compactMap { id -> OpenMarker? in
                guard let entry = state.entries[id], entry.phase == .waiting else { return nil }
                update(id, in: &state) { $0.abandon(.notOpenedInTime) }
                return entry.marker
            }
        }
        for marker in markers {
            marker.complete(.failure(OpeningTimeout(seconds: Self.patience.components.seconds)))
        }
    }

    private func write(_ open: OpenDelivery, marker: OpenMarker) async {
        let id = open.deliveryId
        var metadata: Logger.Metadata = [
            "deliveryId": "\(id)", "studyInstanceUID": "\(open.studies.first?.studyInstanceUID ?? "")",
        ]
        metadata.name(DeliveryDestination(route: open.route, datastoreID: open.datastoreId))
        logger.info("delivery opened", metadata: metadata)
        let result: Result<Void, any Error>
        let phase: Phase
        do {
            let term = try await lease.acquire()
            try await store.putDocument(
                try PipelineJSON.encode(open), key: BucketLayout.openMarkerKey(of: id, task: open.task))
            (result, phase) = (.success(()), .open(term: term))
        } catch {
            (result, phase) = (.failure(error), .failed)
        }
        state.withLock { state in
            state.openings.ended()
            state.entries[id]?.phase = phase
            if phase == .failed { update(id, in: &state) { $0.abandon(.markerNotWritten) } }
            startOpenings(in: &state)
        }
        marker.complete(result)
        endStaleOpenings()
    }

    /// Seals open deliveries early, those that have been quiet longest first, until as many are about to close as are
    /// waiting to be opened. A sealed delivery with a pending instance may stay for long: it does not count while there
    /// are quiet ones.
    private func makeRoom(in state: inout State) {
        let wanted = min(state.waitingCount, capacity.maximumClosings)
        while state.readyCount + state.closures.count < wanted, let id = longestQuiet(in: &state) {
            update(id, in: &state) { $0.seal(.capacity) }
        }
        while state.sealedCount + state.closures.count < wanted, let id = oldest(in: &state) {
            update(id, in: &state) { $0.seal(.capacity) }
        }
    }

    /// The instances of a delivery take memory until its manifest is written, so the oldest deliveries close when there
    /// are many.
    func closeOldestIfCrowded(_ state: inout State) {
        while state.unsealedInstances > capacity.maximumInstances / 2, let id = oldest(in: &state) {
            update(id, in: &state) { $0.seal(.capacity) }
        }
    }
}
