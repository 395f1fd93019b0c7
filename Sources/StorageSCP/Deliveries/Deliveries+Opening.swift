import ImportPipeline

/// Opening: a delivery's marker is written before anything of it is acknowledged.
///
/// A study opens a delivery or joins one, see `OpeningPace`. What is opened makes another request necessary when it closes, so
/// openings get a third of the connections for documents and closing has the rest: senders wait before closing falls behind.
extension Deliveries {
    /// A delivery could not be opened in time, because others are being opened.
    struct OpeningTimeout: Error, CustomStringConvertible {
        let seconds: Int64

        var description: String {
            "the delivery was not opened within \(seconds) s: the store is slow or too much comes"
        }
    }

    /// How long a delivery may wait for its turn. By then most senders have given up.
    private static let patience = Duration.seconds(60)

    /// `startOpenings` must follow.
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
        state.youngest[chain.callingAETitle] = id
        add(chain, studyDate: studyDate, to: entry, in: &state)
        state.waitingCount += 1
        state.openings.append(id, callingAETitle: chain.callingAETitle, at: elapsed())
        return entry
    }

    /// The delivery that a study joins because others have been opened too fast; nil: it opens one. See `OpeningPace`.
    func bundle(for chain: DeliveryChain.Name, studyDate: String?, _ state: inout State) -> Entry? {
        let youngest = state.youngest[chain.callingAETitle].flatMap { state.entries[$0] }.flatMap { entry -> Entry? in
            sealIfLeaseWasLost(entry, in: &state)
            // One that holds the study has tried the instance, or it would have been joined already.
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
        state.quietTimes.began(study: chain.studyInstanceUID, of: chain.callingAETitle, at: elapsed())
        entry.delivery.studyJoined(chain.studyInstanceUID, date: studyDate)
        state.chains[chain, default: DeliveryChain(maximumRepeats: capacity.maximumRepeats)].joined(
            entry.delivery.id, at: entry.position)
    }

    /// Opens those whose turn it is.
    func startOpenings(in state: inout State) {
        while state.openings.hasRoom {
            guard state.waitingCount == 0 || state.openCount < capacity.maximumOpen else { return makeRoom(in: &state) }
            guard let id = state.openings.next() else { return }
            guard let entry = state.entries[id], entry.phase == .waiting else {
                // It was closed before its turn, with nothing in it.
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

    /// Refuses those that have waited for too long.
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
        logger.info(
            "delivery opened",
            metadata: ["deliveryId": "\(id)", "studyInstanceUID": "\(open.studies.first?.studyInstanceUID ?? "")"])
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

    /// Lets deliveries close early, those first that have been quiet the longest, so that as many leave as want to come.
    private func makeRoom(in state: inout State) {
        let wanted = min(state.waitingCount, capacity.maximumClosings)
        while state.sealedCount + state.closures.count < wanted, let id = longestQuiet(in: &state) ?? oldest(in: &state)
        {
            update(id, in: &state) { $0.seal(.capacity) }
        }
    }

    /// The instances of deliveries that are open take memory until their manifests are written.
    func closeOldestIfCrowded(_ state: inout State) {
        while state.unsealedInstances > capacity.maximumInstances / 2, let id = oldest(in: &state) {
            update(id, in: &state) { $0.seal(.capacity) }
        }
    }
}
