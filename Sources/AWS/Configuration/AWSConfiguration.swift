// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials

/// Region, endpoints and number of attempts, from the environment and the profile's files.
package struct AWSConfiguration: Sendable {
    package let region: String
    /// `nil` to use the number of the client's retry policy.
    package let maximumAttempts: Int?
    package let profile: Profile
    package let profiles: Profiles
    package let environment: [String: String]
    private let endpoints: [String: AWSEndpoint]

    /// `readFile` returns a file's text, or `nil` if the file does not exist.
    package init(
        environment: [String: String],
        readFile: (String) -> String? = { try? String(contentsOfFile: $0, encoding: .utf8) }
    ) throws(AWSConfigurationError) {
        let settings = try AWSSettings(environment: environment, readFile: readFile)
        guard let name = settings["AWS_REGION"] ?? settings["AWS_DEFAULT_REGION"] ?? settings.profile["region"] else {
            throw .noRegion
        }
        let region = try AWSRegion(name)
        let attempts = settings["AWS_MAX_ATTEMPTS"]
        maximumAttempts = attempts.flatMap { Int($0) }
        if let attempts, (maximumAttempts ?? 0) < 1 {
            throw .malformedSetting(name: "AWS_MAX_ATTEMPTS", value: attempts, expected: "a whole number from 1")
        }
        self.region = region.name
        self.environment = environment
        profile = settings.profile
        profiles = settings.profiles
        let isFIPS = region.isFIPS || settings.isTrue("AWS_USE_FIPS_ENDPOINT")
        let isDualStack = settings.isTrue("AWS_USE_DUALSTACK_ENDPOINT")
        var endpoints: [String: AWSEndpoint] = [:]
        for service in AWSService.all {
            if let configured = try settings.configuredEndpoint(of: service) {
                endpoints[service.signingName] = configured
            } else {
                endpoints[service.signingName] = try AWSEndpoint(
                    of: service, in: region, isFIPS: isFIPS, isDualStack: isDualStack)
            }
        }
        self.endpoints = endpoints
    }

    /// The policy with the number of attempts that the user has set, if any.
    func applied(to policy: RetryPolicy) -> RetryPolicy {
        var policy = policy
        if let maximumAttempts { policy.maximumAttempts = maximumAttempts }
        return policy
    }

    package func endpoint(of service: AWSService) -> AWSEndpoint {
        guard let endpoint = endpoints[service.signingName] else {
            preconditionFailure("\(service.signingName) is missing among AWSService.all")
        }
        return endpoint
    }
}
