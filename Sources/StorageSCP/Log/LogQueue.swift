// SPDX-License-Identifier: Apache-2.0

import Glibc
import HTTP
import Logging
import StructuredLog
import Synchronization

/// Writes the lines of the log on a thread of its own, so that a log reader that hangs does not stop the receiver. If
/// the queue is full, lines are dropped and counted; their number is logged when the reader continues.
final class LogQueue: Sendable {
    /// The most bytes of lines that wait to be written.
    static let maximumBytes = 1 << 20

    private struct State {
        var lines: [[UInt8]] = []
        /// The size of these lines and of those being written.
        var bytes = 0
        var dropped = 0
        var hasThread = false
    }

    private let format: LogFormat
    private let output: @Sendable ([UInt8]) -> Void
    private let state = Mutex(State())
    private let hasLines = ThreadSignal()

    init(format: LogFormat, output: @escaping @Sendable ([UInt8]) -> Void = StandardError.write) {
        self.format = format
        self.output = output
    }

    /// Returns at once.
    func write(_ line: [UInt8]) {
        let starts = state.withLock { state -> Bool in
            guard state.bytes + line.count <= Self.maximumBytes else {
                state.dropped += 1
                return false
            }
            state.lines.append(line)
            state.bytes += line.count
            defer { state.hasThread = true }
            return !state.hasThread
        }
        if starts { DetachedThread.start { self.run() } }
        hasLines.send()
    }

    func logger(level: Logger.Level) -> Logger {
        Logger(label: "StoreSCP") { _ in StructuredLogHandler(format: self.format, logLevel: level, write: self.write) }
    }

    /// Waits until everything is written, but not longer than the limit: a reader that hangs must not keep the process
    /// running.
    func flush(within limit: Duration) {
        let deadline = ContinuousClock.now + limit
        while state.withLock({ $0.bytes > 0 }), .now < deadline { usleep(1000) }
    }

    // MARK: -

    private func run() -> Never {
        while true {
            hasLines.wait()
            let (lines, dropped) = state.withLock { state in
                defer { (state.lines, state.dropped) = ([], 0) }
                return (state.lines, state.dropped)
            }
            for line in lines {
                output(line)
                state.withLock { $0.bytes -= line.count }
            }
            if dropped > 0 { tell(dropped: dropped) }
        }
    }

    private func tell(dropped: Int) {
        let logger = Logger(label: "StoreSCP") { _ in
            StructuredLogHandler(format: self.format, logLevel: .warning, write: self.output)
        }
        logger.warning("log lines dropped: the log is read too slowly", metadata: ["count": "\(dropped)"])
    }
}
