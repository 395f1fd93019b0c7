// SPDX-License-Identifier: Apache-2.0

import AWS
import FoundationEssentials
import HTTP

extension CredentialsProvider {
    /// For a process on any machine: looks in the same places as the AWS CLI, in the same order.
    package init(
        _ configuration: AWSConfiguration, http: HTTPClient, now: @escaping @Sendable () -> Date = { Date() }
    ) {
        self.init(
            environment: configuration.environment, sources: Self.sources(configuration, http: http), now: now)
    }

    /// The places, in order.
    static func sources(_ configuration: AWSConfiguration, http: HTTPClient) -> [any CredentialsSource] {
        let environment = configuration.environment
        let chain = ProfileChain(configuration: configuration, http: http)
        let first: [any CredentialsSource] = [
            EnvironmentCredentials(environment: environment),
            chain.assumedRole(of: configuration.profile, visited: []),
        ]
        let last: [any CredentialsSource] = [
            ContainerCredentials(environment: environment, http: http),
            InstanceCredentials(environment: environment, http: http),
        ]
        return first + chain.rest(of: configuration.profile, environment: environment) + last
    }
}
