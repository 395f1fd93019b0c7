import Synchronization

/// The associations that are open in this process; asked from every event loop and by the deliveries.
final class OpenAssociations: Sendable {
    private struct State {
        /// Accepted, or about to be.
        var count = 0
        var ids: Set<String> = []
    }

    private let state = Mutex(State())

    /// False when there are as many already. An association that has a place is `opened` next and `ended` at last.
    func reserve(atMost maximum: Int) -> Bool {
        state.withLock { state in
            guard state.count < maximum else { return false }
            state.count += 1
            return true
        }
    }

    func opened(_ id: String) {
        state.withLock { _ = $0.ids.insert(id) }
    }

    func ended(_ id: String) {
        state.withLock { state in
            state.ids.remove(id)
            state.count -= 1
        }
    }

    func contains(_ id: String) -> Bool {
        state.withLock { $0.ids.contains(id) }
    }
}
