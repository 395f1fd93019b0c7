import NIOCore
import Synchronization

/// What one reception holds of the budget.
package final class BufferShare: Sendable {
    /// Whose it is, and what its sender does.
    final class Holder: Sendable {
        let peer: MemoryShares.Peer
        /// Written by one thread, the reception's.
        private let received = Atomic(0)
        private let isAwaited = Atomic(true)
        private let onEnd: @Sendable () -> Void

        init(peer: MemoryShares.Peer, onEnd: @escaping @Sendable () -> Void) {
            self.peer = peer
            self.onEnd = onEnd
        }

        var progress: MemoryShares.Progress {
            MemoryShares.Progress(
                received: received.load(ordering: .relaxed), isAwaited: isAwaited.load(ordering: .relaxed))
        }

        func received(_ bytes: Int) {
            received.store(received.load(ordering: .relaxed) &+ bytes, ordering: .relaxed)
        }

        func senderIsAwaited(_ isAwaited: Bool) {
            self.isAwaited.store(isAwaited, ordering: .relaxed)
        }

        /// Others need the memory.
        func end() { onEnd() }
    }

    let holder: Holder
    private let budget: BufferBudget
    /// What was asked for: counted before it is granted, so that it does not seem to hold nothing while it waits.
    private let held = Mutex(0)

    /// `onEnd` is called, on any thread, when others wait for what this holds and its sender is the slowest: it is to be given
    /// back at once.
    init(of budget: BufferBudget, for peer: MemoryShares.Peer, onEnd: @escaping @Sendable () -> Void = {}) {
        self.budget = budget
        holder = Holder(peer: peer, onEnd: onEnd)
    }

    deinit {
        let bytes = held.withLock { $0 }
        if bytes > 0 { budget.giveBack(bytes, of: holder, isLast: true) }
    }

    /// Whether it may grow by more than is needed to go on.
    var isPlentiful: Bool { budget.isPlentiful }

    /// Nil: granted at once.
    func grow(by bytes: Int, eventLoop: any EventLoop) -> EventLoopFuture<Void>? {
        held.withLock { $0 += bytes }
        // Whoever waits is kept until it was granted: it cannot give back what it does not have.
        return budget.take(bytes, for: holder, eventLoop: eventLoop)?.map { [self] in _ = self }
    }

    /// Gives back what is not needed any more.
    func shrink(by bytes: Int) {
        let isLast = held.withLock { held in
            held -= bytes
            return held == 0
        }
        budget.giveBack(bytes, of: holder, isLast: isLast)
    }
}
