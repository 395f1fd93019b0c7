// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import Logging

/// Writes each event as one line to standard error, from which Lambda and ECS take it.
///
/// In JSON the keys are Lambda's: `timestamp`, `level`, `message`, `errorType`, `errorMessage`. Metadata has its own
/// keys beside them.
package struct StructuredLogHandler: LogHandler {
    package var logLevel: Logger.Level
    package var metadata: Logger.Metadata = [:]
    private let format: LogFormat
    private let now: @Sendable () -> Date
    private let write: @Sendable ([UInt8]) -> Void

    package init(
        format: LogFormat, logLevel: Logger.Level, now: @escaping @Sendable () -> Date = { Date() },
        write: @escaping @Sendable ([UInt8]) -> Void = StandardError.write
    ) {
        self.format = format
        self.logLevel = logLevel
        self.now = now
        self.write = write
    }

    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    package func log(event: LogEvent) {
        var fields = metadata.merging(event.metadata ?? [:]) { $1 }
        if let error = event.error {
            fields["errorType"] = .string(error.reportedName)
            fields["errorMessage"] = .string(String(describing: error))
        }
        let line = LogLine(timestamp: now(), level: event.level, message: event.message.description, fields: fields)
        write(format == .json ? line.json : line.text)
    }
}
