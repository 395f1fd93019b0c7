// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import Logging
import StructuredLog
import TestLog
import Testing

private struct Refused: NamedError, CustomStringConvertible {
    let errorName = "AccessDenied"
    let description = "not allowed"
}

@Suite("LogLine") struct LogLineTests {
    private func log(_ format: LogFormat, level: Logger.Level = .info) -> RecordedLog {
        RecordedLog(format: format, level: level, now: { Date(timeIntervalSince1970: 1_795_564_352.5) })
    }

    @Test("A JSON line contains level, message, metadata and the error's name")
    func json() {
        let log = log(.json)
        log.logger.error("failed", error: Refused(), metadata: ["jobId": "1", "parts": ["a", "b/c"]])
        #expect(
            log.lines == [
                #"{"errorMessage":"not allowed","errorType":"AccessDenied","jobId":"1","level":"ERROR","message":"failed","#
                    + #""parts":["a","b/c"],"timestamp":"2026-11-24T23:52:32.500Z"}"# + "\n"
            ])
    }

    @Test("A value with a line break cannot forge a text line")
    func text() {
        let log = log(.text)
        log.logger.info("received", metadata: ["callingAE": "A\nFATAL forged"])
        #expect(log.lines == ["2026-11-24T23:52:32.500Z INFO received callingAE=A\\nFATAL forged\n"])
    }

    @Test("Events below the log level are not written")
    func level() {
        let log = log(.json, level: .warning)
        log.logger.info("quiet")
        #expect(log.lines.isEmpty)
    }

    @Test(
        "Lambda's level names are understood",
        arguments: [("warn", Logger.Level.warning), ("FATAL", .critical), ("Info", .info), ("TRACE", .trace)])
    func levelNames(name: String, level: Logger.Level) {
        #expect(Logger.Level(lambdaName: name) == level)
    }

    @Test("An error that passed through a continuation keeps its name")
    func resumedError() async {
        struct Resumed: Error {}
        do {
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
                continuation.resume(throwing: Resumed())
            }
        } catch {
            #expect(error.reportedName == "Resumed")
        }
    }
}
