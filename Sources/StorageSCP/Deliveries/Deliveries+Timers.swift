// SPDX-License-Identifier: Apache-2.0

import ImportPipeline

/// A delivery closes when it has been quiet for some time, and when it reaches its maximum age. Three tasks wait for
/// all deliveries: one for the next full quiet time, one for the next short quiet time and one for the next maximum
/// age. A timer for each delivery would take more memory than the delivery.
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

    /// Whether the short quiet time applies to the delivery.
    func isShort(_ entry: Entry, in state: State) -> Bool {
        entry.delivery.isProbablyWhole && state.quietTimes.isKnown(entry.delivery.origin.sender)
    }

    /// The delivery that has been quiet longest; deliveries that are probably complete come first.
    func longestQuiet(in state: inout State) -> DeliveryID? {
        (first(of: .shortQuiet, in: &state) ?? first(of: .quiet, in: &state))?.id
    }

    /// The oldest delivery whose opening has begun.
    func oldest(in state: inout State) -> DeliveryID? {
        first(of: .age, in: &state)?.id
    }

    // MARK: -

    /// Whether the delivery still has this deadline.
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

    /// Seals the deliveries that are due. Returns the time until the next deadline; `nil` when there is none.
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
                        study: delivery.studyInstanceUIDs[0], of: delivery.origin.sender,
                        isReleased: delivery.isProbablyWhole, wasShort: deadline == .shortQuiet, at: now)
                }
                update(first.id, in: &state) { $0.seal(deadline == .age ? .maximumAge : .quiet) }
            }
            state.deadlines[deadline]?.isTimed = false
            return nil
        }
    }
}
