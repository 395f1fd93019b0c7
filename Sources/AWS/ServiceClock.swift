// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import Synchronization

/// The time for signatures: this machine's clock, corrected with the time that a service reported when it refused a
/// signature.
final class ServiceClock: Sendable {
    /// In seconds. Services accept signatures that are five minutes off, some of them fifteen.
    private static let tolerance: TimeInterval = 240

    private let offset = Mutex<TimeInterval>(0)

    var now: Date { Date().addingTimeInterval(offset.withLock { $0 }) }

    /// Adopts the service's time if signatures made with the previous time are outside the tolerance. Returns whether
    /// it did.
    func correct(to date: Date) -> Bool {
        offset.withLock { offset in
            let correct = date.timeIntervalSince(Date())
            guard abs(correct - offset) > Self.tolerance else { return false }
            offset = correct
            return true
        }
    }
}
