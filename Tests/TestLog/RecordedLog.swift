// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import Logging
import StructuredLog
import Synchronization

/// Records the lines of a logger.
package final class RecordedLog: Sendable {
    private let recorded = Mutex<[String]>([])
    private let format: LogFormat
    private let level: Logger.Level
    private let now: @Sendable () -> Date

    package init(
        format: LogFormat = .json, level: Logger.Level = .trace, now: @escaping @Sendable () -> Date = { Date() }
    ) {
        self.format = format
        self.level = level
        self.now = now
    }

    package var lines: [String] { recorded.withLock { $0 } }

    package var logger: Logger {
        Logger(label: "test") { _ in
            StructuredLogHandler(
                format: self.format, logLevel: self.level, now: self.now,
                write: { line in self.recorded.withLock { $0.append(String(decoding: line, as: UTF8.self)) } })
        }
    }
}
