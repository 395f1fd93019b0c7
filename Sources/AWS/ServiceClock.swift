import FoundationEssentials
import Synchronization

/// The time by which services judge signatures: this machine's, corrected by what a service that refused one said of its own.
final class ServiceClock: Sendable {
    /// Services take signatures that are five minutes off, in some cases fifteen.
    private static let tolerance: TimeInterval = 240

    private let offset = Mutex<TimeInterval>(0)

    var now: Date { Date().addingTimeInterval(offset.withLock { $0 }) }

    /// Whether the service's time is so far off that a signature of the time before would be refused for it.
    func correct(to date: Date) -> Bool {
        offset.withLock { offset in
            let correct = date.timeIntervalSince(Date())
            guard abs(correct - offset) > Self.tolerance else { return false }
            offset = correct
            return true
        }
    }
}
