import Glibc
import UnixSignals

/// SIGTERM and SIGINT: the first asks for an orderly end, a second ends the process at once.
struct TerminationSignals {
    private let arrivals: UnixSignalsSequence

    /// Returns when the signals are caught.
    init() async {
        arrivals = await UnixSignalsSequence(trapping: .sigterm, .sigint)
    }

    /// Returns at the first signal. The task that waits for the second one keeps catching them.
    func first() async {
        var iterator = arrivals.makeAsyncIterator()
        _ = await iterator.next()
        Task { [iterator] in
            var iterator = iterator
            if let second = await iterator.next() { exit(128 + second.rawValue) }
        }
    }
}
