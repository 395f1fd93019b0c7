import FoundationEssentials
import HTTP

/// Cancels an invocation's task shortly before its deadline: a handler that minds it ends with an error of its own choice in
/// time to be answered, where Lambda would end the whole environment.
///
/// It has a thread of its own, since the loop's may be busy. An invocation costs it nothing but a look at the clock's next alarm:
/// it is woken only for a deadline that is earlier than that.
final class DeadlineWatchdog: Sendable {
    /// How much before its deadline an invocation is cancelled: what is left for its answer. A tenth of the time that there
    /// is, and no more than this.
    private static let maximumMargin: TimeInterval = 0.5

    private struct Watch {
        let cancelAt: Date
        let cancel: @Sendable () -> Void
    }

    private struct State {
        /// nil while nothing is under way, or what is was cancelled.
        var watch: Watch?
        /// When the thread looks again; nil before there is one.
        var wakesAt: Date?
    }

    private let state = Monitor(State())

    /// Until `end`; one invocation at a time.
    func watch(
        _ context: LambdaContext, cancelling operation: RunningOperation<some Sendable>, now: Date = Date()
    ) {
        let margin = min(Self.maximumMargin, context.remainingTime(at: now) / .seconds(1) / 10)
        let cancelAt = context.deadline.addingTimeInterval(-margin)
        let (isFirst, mustWake) = state.withLock { state in
            let isFirst = state.wakesAt == nil
            let mustWake = state.wakesAt.map { cancelAt < $0 } ?? false
            if isFirst || mustWake { state.wakesAt = cancelAt }
            state.watch = Watch(cancelAt: cancelAt) {
                // The handler may have ended, and its answer be on its way.
                guard operation.value == nil else { return }
                context.logger.warning("cancelled: the invocation's time is about to end")
                operation.cancel()
            }
            return (isFirst, mustWake)
        }
        if isFirst { DetachedThread.start(run) }
        if mustWake { state.signal() }
    }

    func end() {
        state.withLock { $0.watch = nil }
    }

    private func run() {
        while true {
            takeDue(at: Date())?.cancel()
            state.waitForSignal { state in
                let next = state.watch?.cancelAt
                state.wakesAt = next ?? .distantFuture
                return next
            }
        }
    }

    private func takeDue(at now: Date) -> Watch? {
        state.withLock { state in
            guard let watch = state.watch, watch.cancelAt <= now else { return nil }
            state.watch = nil
            return watch
        }
    }
}
