// SPDX-License-Identifier: Apache-2.0

import AWS
import HTTP
import TestLog

extension AWSClient {
    /// A client whose services are all at `url`. By default it makes three attempts, one or two milliseconds apart, however
    /// slow the machine is.
    package static func loopback(
        _ url: String, http: HTTPClient, environment: [String: String] = accessKey,
        retryPolicy: RetryPolicy = RetryPolicy(
            maximumAttempts: 3, baseDelay: .milliseconds(1), maximumElapsed: .seconds(3_600)),
        log: RecordedLog = RecordedLog()
    ) throws -> AWSClient {
        let settings = ["AWS_REGION": "eu-central-1", "AWS_ENDPOINT_URL": url]
        let configuration = try AWSConfiguration(
            environment: settings.merging(environment) { $1 }, readFile: { _ in nil })
        let credentials = CredentialsProvider(
            environment: environment, sources: [ContainerCredentials(environment: environment, http: http)])
        return AWSClient(
            configuration: configuration, credentials: credentials, http: http, retryPolicy: retryPolicy,
            logger: log.logger)
    }

    package static let accessKey = ["AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "secret"]
}
