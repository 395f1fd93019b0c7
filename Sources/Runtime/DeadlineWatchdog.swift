import FoundationEssentials
import HTTP

/// Cancels the tasks of invocations shortly before their deadlines: a handler that minds it ends with an error of its own
/// choice in time to be answered, where Lambda would end the whole environment.
///
/// One thread serves all loops. An invocation costs it nothing but a look at the clock's next alarm: it is woken only for
/// a deadline that is earlier than that.
final class DeadlineWatchdog: Sendable {
    /// How much before its deadline an invocation is cancelled: what is left for its answer. A tenth of the time that there
    /// is, and no more than this.
    private static let maximumMargin: TimeInterval = 0.5

    struct Watch {
        fileprivate let id: Int
    }

    private struct Entry {
        let id: Int
        let cancelAt: Date
        let cancel: @Sendable () -> Void
    }

    private struct State {
        var nextID = 0
        var entries: [Entry] = []
        /// When the thread looks again; nil before there is one.
        var wakesAt: Date?
    }

    private let state = Monitor(State())

    func watch(
        _ context: LambdaContext, cancelling operation: RunningOperation<some Sendable>, now: Date = Date()
    ) -> Watch {
        let margin = min(Self.maximumMargin, context.remainingTime(at: now) / .seconds(1) / 10)
        let cancelAt = context.deadline.addingTimeInterval(-margin)
        let (id, isFirst, mustWake) = state.withLock { state in
            state.nextID += 1
            let isFirst = state.wakesAt == nil
            let mustWake = state.wakesAt.map { cancelAt < $0 } ?? false
            if isFirst || mustWake { state.wakesAt = cancelAt }
            state.entries.append(
                Entry(id: state.nextID, cancelAt: cancelAt) {
                    // The handler may have ended, and its answer be on its way.
                    guard operation.value == nil else { return }
                    context.logger.warning("cancelled: the invocation's time is about to end")
                    operation.cancel()
                })
            return (state.nextID, isFirst, mustWake)
        }
        if isFirst { DetachedThread.start(run) }
        if mustWake { state.signal() }
        return Watch(id: id)
    }

    func end(_ watch: Watch) {
        state.withLock { state in state.entries.removeAll { $0.id == watch.id } }
    }

    private func run() {
        while true {
            for entry in takeDue(at: Date()) { entry.cancel() }
            state.waitForSignal { state in
                let next = state.entries.map(\.cancelAt).min() ?? .distantFuture
                state.wakesAt = next
                return next == .distantFuture ? nil : next
            }
        }
    }

    private func takeDue(at now: Date) -> [Entry] {
        state.withLock { state in
            let due = state.entries.filter { $0.cancelAt <= now }
            state.entries.removeAll { $0.cancelAt <= now }
            return due
        }
    }
}
