// SPDX-License-Identifier: Apache-2.0

import DICOMNetwork
import NIOCore
import Synchronization

/// The part of the budget that one reception holds.
package final class BufferShare: Sendable {
    /// The peer that the share belongs to, and the peer's progress.
    final class Holder: Sendable {
        let peer: MemoryShares.Peer
        /// Written only by the thread of the reception's event loop.
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

        /// Others need the memory: the share must be given back.
        func end() { onEnd() }
    }

    let holder: Holder
    private let budget: BufferBudget
    /// The bytes that were asked for. They count before they are granted, so that a waiting share does not look empty.
    private let held = Mutex(0)

    /// `onEnd` is called, on any thread, when others wait for memory and this share's sender is the slowest: the memory
    /// must then be given back at once.
    init(of budget: BufferBudget, for peer: MemoryShares.Peer, onEnd: @escaping @Sendable () -> Void = {}) {
        self.budget = budget
        holder = Holder(peer: peer, onEnd: onEnd)
    }

    deinit {
        let bytes = held.withLock { $0 }
        if bytes > 0 { budget.giveBack(bytes, of: holder, isLast: true) }
    }

    /// Whether the share may grow by more than it needs to continue.
    var isPlentiful: Bool { budget.isPlentiful }

    /// The bytes are granted when this is ready. The future never fails.
    func grow(by bytes: Int, eventLoop: any EventLoop) -> Readiness {
        held.withLock { $0 += bytes }
        // The future keeps the share alive until the bytes are granted: `deinit` must not give back what it does not
        // have yet.
        guard case .after(let granted) = budget.take(bytes, for: holder, eventLoop: eventLoop) else { return .now }
        return .after(granted.map { [self] in _ = self })
    }

    /// Counts a fragment, and that its sender is not awaited while the fragment is taken. On the event loop of the
    /// reception.
    func received(_ fragment: ByteBuffer, taking take: (ByteBuffer) -> Readiness) -> Readiness {
        holder.received(fragment.readableBytes)
        guard case .after(let taken) = take(fragment) else { return .now }
        holder.senderIsAwaited(false)
        return .after(taken.assumeIsolated().always { _ in self.holder.senderIsAwaited(true) }.nonisolated())
    }

    /// Gives back bytes that are no longer needed.
    func shrink(by bytes: Int) {
        let isLast = held.withLock { held in
            held -= bytes
            return held == 0
        }
        budget.giveBack(bytes, of: holder, isLast: isLast)
    }
}
