// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import HTTP
import Logging
import StructuredLog

/// Sends signed requests to AWS services and retries them where that can help. The clients of the services share its
/// connections and credentials.
package struct AWSClient: Sendable {
    package let configuration: AWSConfiguration
    private var retryPolicy: RetryPolicy
    private let http: HTTPClient
    private let credentials: CredentialsProvider
    private let serviceClock = ServiceClock()
    private let logger: Logger

    package init(
        configuration: AWSConfiguration, credentials: CredentialsProvider, http: HTTPClient,
        retryPolicy: RetryPolicy = .standard, logger: Logger
    ) {
        self.configuration = configuration
        self.http = http
        self.logger = logger
        self.retryPolicy = configuration.applied(to: retryPolicy)
        self.credentials = credentials
    }

    /// The same client with another retry policy. It shares connections and credentials with this one.
    package func with(_ retryPolicy: RetryPolicy) -> AWSClient {
        var client = self
        client.retryPolicy = configuration.applied(to: retryPolicy)
        return client
    }

    /// Returns a response with a status of 200 to 299. Throws `AWSServiceError`, `HTTPError` or `CredentialsError`
    /// otherwise.
    ///
    /// Because of retries, the service may carry out a request twice.
    @discardableResult
    package func send(_ request: AWSRequest) async throws -> HTTPResponse {
        let clock = ContinuousClock()
        // Does not include the time that an attempt waited for a free connection.
        var elapsed = Duration.zero
        var attempt = 1
        var isMended = false
        while true {
            var began = clock.now
            do {
                return try await sendOnce(request) { began = clock.now }
            } catch let refusal as MendedRefusal {
                // The correction did not help, so the same correction is not tried again.
                guard !isMended else { throw refusal.error }
                isMended = true
                logger.debug(
                    "request to AWS was refused, trying again with another date or credentials", error: refusal.error,
                    metadata: ["operation": "\(request.operation)"])
            } catch {
                elapsed += clock.now - began
                guard retryPolicy.repeats(error),
                    let delay = retryPolicy.delay(
                        afterAttempt: attempt, elapsed: elapsed, fraction: .random(in: 0...1))
                else { throw error }
                logger.debug(
                    "request to AWS failed, trying again", error: error,
                    metadata: ["operation": "\(request.operation)", "attempt": "\(attempt)"])
                try await clock.sleep(for: delay)
                elapsed += delay
                attempt += 1
            }
        }
    }

    private func sendOnce(_ request: AWSRequest, onBegin: () -> Void) async throws -> HTTPResponse {
        let credentials = try await credentials.credentials()
        let signer = SigV4Signer(service: request.service.signingName, region: configuration.region)
        let response = try await http.execute {
            onBegin()
            return signer.sign(request.http, with: credentials, at: serviceClock.now)
        }
        guard let error = request.error(in: response) else { return response }
        if error.isCredentialsExpired {
            await self.credentials.invalidate(credentials)
            throw MendedRefusal(error: error)
        }
        if error.isDateRefused, let date = response.headers["Date"].flatMap(HTTPDate.date),
            serviceClock.correct(to: date)
        {
            throw MendedRefusal(error: error)
        }
        throw error
    }

    /// A refusal whose cause, expired credentials or a wrong date, has been corrected.
    private struct MendedRefusal: Error {
        let error: AWSServiceError
    }
}

extension AWSClient {
    /// The client of a Lambda function. Its credentials are those of the environment or of a container.
    package init(environment: [String: String], retryPolicy: RetryPolicy, logger: Logger) throws(AWSConfigurationError)
    {
        let http = HTTPClient()
        self.init(
            configuration: try AWSConfiguration(environment: environment),
            credentials: CredentialsProvider(
                environment: environment, sources: [ContainerCredentials(environment: environment, http: http)]),
            http: http, retryPolicy: retryPolicy, logger: logger)
    }
}
