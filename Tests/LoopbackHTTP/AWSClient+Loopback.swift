import AWS
import HTTP
import TestLog

extension AWSClient {
    /// A client whose services are all at `url`, with three attempts a millisecond or two apart.
    package static func loopback(
        _ url: String, http: HTTPClient, environment: [String: String] = accessKey, log: RecordedLog = RecordedLog()
    ) throws -> AWSClient {
        let settings = ["AWS_REGION": "eu-central-1", "AWS_ENDPOINT_URL": url, "AWS_MAX_ATTEMPTS": "3"]
        let configuration = try AWSConfiguration(
            environment: settings.merging(environment) { $1 }, readFile: { _ in nil })
        var client = AWSClient(configuration: configuration, http: http, logger: log.logger)
        client.retryPolicy.baseDelay = .milliseconds(1)
        return client
    }

    package static let accessKey = ["AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "secret"]
}
