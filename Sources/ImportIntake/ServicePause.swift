// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import StructuredLog
import Synchronization

/// A pause after a failure of a service, so that the imports that follow do not wait for it too.
final class ServicePause: Sendable {
    /// In seconds.
    static let duration: TimeInterval = 30

    private let now: @Sendable () -> Date
    private let until = Mutex(Date.distantPast)

    init(now: @escaping @Sendable () -> Date) {
        self.now = now
    }

    var isOver: Bool { now() >= until.withLock { $0 } }

    func begin() {
        let end = now().addingTimeInterval(Self.duration)
        until.withLock { $0 = end }
    }
}

/// The service did not answer a short time ago.
struct ServicePaused: NamedError {
    let errorClass: ErrorClass? = .transient
}
