import Dispatch
import Glibc

/// SIGTERM and SIGINT: the first asks for an orderly end, a second ends the process at once.
// Sendable: the sources are kept alive here and not touched again.
final class TerminationSignals: @unchecked Sendable {
    private let sources: [any DispatchSourceSignal]
    private let arrivals: AsyncStream<Void>

    init() {
        let (arrivals, continuation) = AsyncStream.makeStream(of: Void.self)
        self.arrivals = arrivals
        sources = [SIGTERM, SIGINT].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number)
            source.setEventHandler { continuation.yield() }
            source.resume()
            return source
        }
    }

    /// Returns at the first signal.
    func first() async {
        var iterator = arrivals.makeAsyncIterator()
        await iterator.next()
        Task {
            await iterator.next()
            exit(128 + SIGTERM)
        }
    }
}
