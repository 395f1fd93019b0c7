// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import HTTP

/// Cancels an invocation's task shortly before its deadline. A handler that reacts to the cancellation can end with an
/// error that still reaches Lambda. Otherwise Lambda would end the whole environment.
///
/// It has a thread of its own, because the loop's thread may be busy. To keep an invocation cheap, the thread is woken
/// only if the new deadline is earlier than the time at which it would wake anyway.
final class DeadlineWatchdog: Sendable {
    /// In seconds. An invocation is cancelled when a tenth of its time is left, but not earlier than this before its
    /// deadline. The rest is for sending the answer.
    private static let maximumMargin: TimeInterval = 0.5

    private struct Watch {
        let cancelAt: Date
        let cancel: @Sendable () -> Void
    }

    private struct State {
        /// `nil` while no invocation runs, or after it was cancelled.
        var watch: Watch?
        /// When the thread wakes next; `nil` before it is started.
        var wakesAt: Date?
    }

    private let state = Monitor(State())

    /// Watches an invocation until `end` is called. Only one invocation can be watched at a time.
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
                // If the handler has ended, its answer is being sent.
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
