import FoundationEssentials
import Logging
import StructuredLog
import Synchronization
import Testing

/// Where a logger's lines go in these tests.
private final class Lines: Sendable {
    private let lines = Mutex<[String]>([])

    var all: [String] { lines.withLock { $0 } }

    func logger(_ format: LogFormat, level: Logger.Level = .info) -> Logger {
        Logger(label: "test") { _ in
            StructuredLogHandler(
                format: format, logLevel: level, now: { Date(timeIntervalSince1970: 1_795_564_352.5) },
                write: { bytes in self.lines.withLock { $0.append(String(decoding: bytes, as: UTF8.self)) } })
        }
    }
}

private struct Refused: NamedError, CustomStringConvertible {
    let errorName = "AccessDenied"
    let description = "not allowed"
}

@Suite struct StructuredLogTests {
    @Test("A line of JSON carries level, message, metadata and the error's own name")
    func json() {
        let lines = Lines()
        lines.logger(.json).error("failed", error: Refused(), metadata: ["jobId": "1", "parts": ["a", "b/c"]])
        #expect(
            lines.all == [
                #"{"errorMessage":"not allowed","errorType":"AccessDenied","jobId":"1","level":"ERROR","message":"failed","#
                    + #""parts":["a","b/c"],"timestamp":"2026-11-24T23:52:32.500Z"}"# + "\n"
            ])
    }

    @Test("A value with a line break cannot forge a line of text")
    func text() {
        let lines = Lines()
        lines.logger(.text).info("received", metadata: ["callingAE": "A\nFATAL forged"])
        #expect(lines.all == ["2026-11-24T23:52:32.500Z INFO received callingAE=A\\nFATAL forged\n"])
    }

    @Test("What is below the level is not written")
    func level() {
        let lines = Lines()
        lines.logger(.json, level: .warning).info("quiet")
        #expect(lines.all.isEmpty)
    }

    @Test(
        "Lambda's level names are understood",
        arguments: [("warn", Logger.Level.warning), ("FATAL", .critical), ("Info", .info), ("TRACE", .trace)])
    func levelNames(name: String, level: Logger.Level) {
        #expect(Logger.Level(lambdaName: name) == level)
    }
}
