// SPDX-License-Identifier: Apache-2.0

import NIOCore

/// Divides long work on an event loop into pieces, so that the loop can serve its connections between two pieces.
///
/// One turn is one piece of work of one caller: the event loop runs all tasks that are due before it looks at its
/// sockets again.
final class Turns: Sendable {
    /// After each piece the event loop does other work for this many times the duration of the piece.
    private static let shareOfOthers: Int64 = 9
    private static let shortestPause = TimeAmount.microseconds(100)

    private let eventLoop: any EventLoop
    private let waiting: NIOLoopBoundBox<CircularBuffer<EventLoopPromise<Void>>>

    init(of eventLoop: any EventLoop) {
        self.eventLoop = eventLoop
        waiting = .makeBoxSendingValue(CircularBuffer(), eventLoop: eventLoop)
    }

    /// Completes when it is the caller's turn to do a piece of its work. The future never fails.
    func next() -> EventLoopFuture<Void> {
        let promise = eventLoop.makePromise(of: Void.self)
        waiting.value.append(promise)
        if waiting.value.count == 1 { schedule(after: Self.shortestPause) }
        return promise.futureResult
    }

    private func schedule(after pause: TimeAmount) {
        eventLoop.scheduleTask(in: pause) { self.run() }
    }

    /// The caller stays in the queue until its piece is done, so that `next` does not schedule another turn in the
    /// meantime.
    private func run() {
        guard let promise = waiting.value.first else { return }
        let start = NIODeadline.now()
        promise.succeed()
        let duration = NIODeadline.now() - start
        waiting.value.removeFirst()
        guard !waiting.value.isEmpty else { return }
        schedule(after: max(Self.shortestPause, duration * Self.shareOfOthers))
    }
}
