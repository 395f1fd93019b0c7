import NIOCore

/// Lets what takes long on an event loop go on piece by piece, so that the loop serves its connections in between.
///
/// There is one piece a turn, whoever it is of: tasks that are due are all run before sockets are looked at again.
final class Turns: Sendable {
    /// How many times as long as a piece took the loop does something else.
    private static let shareOfOthers: Int64 = 9
    private static let shortestPause = TimeAmount.microseconds(100)

    private let eventLoop: any EventLoop
    private let waiting: NIOLoopBoundBox<CircularBuffer<EventLoopPromise<Void>>>

    init(of eventLoop: any EventLoop) {
        self.eventLoop = eventLoop
        waiting = .makeBoxSendingValue(CircularBuffer(), eventLoop: eventLoop)
    }

    /// Completes when it is the caller's turn, who does a piece of his work then. It never fails.
    func next() -> EventLoopFuture<Void> {
        let promise = eventLoop.makePromise(of: Void.self)
        waiting.value.append(promise)
        if waiting.value.count == 1 { schedule(after: Self.shortestPause) }
        return promise.futureResult
    }

    private func schedule(after pause: TimeAmount) {
        eventLoop.scheduleTask(in: pause) { self.run() }
    }

    /// Who has his turn stays in the queue until his piece is done, so that no other is scheduled meanwhile.
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
