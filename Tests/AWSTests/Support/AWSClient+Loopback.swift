import AWS
import HTTP
import Logging
import StructuredLog
import Synchronization

extension AWSClient {
    /// A client whose services are all at `url`, with three attempts a millisecond or two apart.
    static func loopback(
        _ url: String, http: HTTPClient, environment: [String: String] = accessKey, log: RecordedLog = RecordedLog()
    ) throws -> AWSClient {
        let settings = ["AWS_REGION": "eu-central-1", "AWS_ENDPOINT_URL": url, "AWS_MAX_ATTEMPTS": "3"]
        let configuration = try AWSConfiguration(
            environment: settings.merging(environment) { $1 }, readFile: { _ in nil })
        var client = AWSClient(configuration: configuration, http: http, logger: log.logger)
        client.retryPolicy.baseDelay = .milliseconds(1)
        return client
    }

    static let accessKey = ["AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "secret"]
}

/// Keeps a logger's lines.
final class RecordedLog: Sendable {
    private let recorded = Mutex<[String]>([])

    var lines: [String] { recorded.withLock { $0 } }

    var logger: Logger {
        Logger(label: "test") { _ in
            StructuredLogHandler(
                format: .json, logLevel: .trace,
                write: { line in self.recorded.withLock { $0.append(String(decoding: line, as: UTF8.self)) } })
        }
    }
}
