import ImportPipeline

/// Deliveries close when they have been quiet for some time, and at their age. One task waits for the first of all quiet times, one
/// for the first of the short ones, and one for the first of all ages: a timer for each delivery would take more memory than the
/// delivery.
extension Deliveries {
    enum Deadline {
        case quiet
        case shortQuiet
        case age
    }

    func wait(for deadline: Deadline, of entry: Entry, in state: inout State) {
        let seconds =
            switch deadline {
            case .quiet: limits.quietSeconds
            case .shortQuiet: limits.shortQuietSeconds ?? limits.quietSeconds
            case .age: limits.maximumAgeSeconds
            }
        let element = DeadlineQueue.Element(id: entry.delivery.id, deadline: elapsed() + .seconds(seconds))
        if deadline != .age { entry.quietDeadline = element.deadline }
        let entries = state.entries
        state.deadlines[deadline, default: DeadlineQueue()].append(element, live: entries.count) {
            Self.counts($0, deadline, in: entries)
        }
        startTimer(deadline, in: &state)
    }

    /// Whether the delivery may close after the short quiet time.
    func isShort(_ entry: Entry, in state: State) -> Bool {
        entry.delivery.isProbablyWhole && state.quietTimes.isKnown(entry.delivery.origin.callingAETitle)
    }

    /// One that is probably whole, else the delivery that has been quiet the longest.
    func longestQuiet(in state: inout State) -> DeliveryID? {
        (first(of: .shortQuiet, in: &state) ?? first(of: .quiet, in: &state))?.id
    }

    /// The oldest of the deliveries whose marker was begun.
    func oldest(in state: inout State) -> DeliveryID? {
        first(of: .age, in: &state)?.id
    }

    // MARK: -

    /// Whether it is still the time at which the delivery is to be closed.
    private static func counts(
        _ element: DeadlineQueue.Element, _ deadline: Deadline, in entries: [DeliveryID: Entry]
    ) -> Bool {
        guard let entry = entries[element.id] else { return false }
        return deadline == .age ? !entry.delivery.isSealed : entry.quietDeadline == element.deadline
    }

    private func first(of deadline: Deadline, in state: inout State) -> DeadlineQueue.Element? {
        let entries = state.entries
        return state.deadlines[deadline]?.first { Self.counts($0, deadline, in: entries) }
    }

    private func startTimer(_ deadline: Deadline, in state: inout State) {
        guard state.deadlines[deadline]?.isTimed == false else { return }
        state.deadlines[deadline]?.isTimed = true
        spawn { [weak self, clock] in
            while let pause = self?.pause(until: deadline) {
                guard (try? await clock.sleep(for: pause)) != nil else { return }
            }
        }
    }

    /// Seals what is due; how long it is until the next is. Nil: nothing is to be waited for.
    private func pause(until deadline: Deadline) -> Duration? {
        state.withLock { state in
            let now = elapsed()
            while let first = first(of: deadline, in: &state) {
                guard first.deadline <= now else { return first.deadline - now }
                state.deadlines[deadline]?.removeFirst()
                if deadline != .age, let delivery = state.entries[first.id]?.delivery,
                    delivery.studyInstanceUIDs.count == 1
                {
                    state.quietTimes.closed(
                        study: delivery.studyInstanceUIDs[0], of: delivery.origin.callingAETitle,
                        isReleased: delivery.isProbablyWhole, wasShort: deadline == .shortQuiet, at: now)
                }
                update(first.id, in: &state) { $0.seal(deadline == .age ? .maximumAge : .quiet) }
            }
            state.deadlines[deadline]?.isTimed = false
            return nil
        }
    }
}
