// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// What the receiver can do at the moment.
package final class ReceiverReadiness: Sendable {
    enum State: Sendable {
        /// Associations are accepted, and their instances are stored.
        case ready
        /// Associations are accepted, and their instances are answered with A700H, because the store does not take
        /// the task lease.
        case storeUnusable
        /// Associations are rejected.
        case ending
    }

    private let ended = Atomic(false)
    private let isStoreUsable: @Sendable () -> Bool

    package init(isStoreUsable: @escaping @Sendable () -> Bool = { true }) {
        self.isStoreUsable = isStoreUsable
    }

    var state: State {
        if ended.load(ordering: .relaxed) { return .ending }
        return isStoreUsable() ? .ready : .storeUnusable
    }

    package func end() {
        ended.store(true, ordering: .relaxed)
    }
}
