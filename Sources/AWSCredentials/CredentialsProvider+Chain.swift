// SPDX-License-Identifier: Apache-2.0

import AWS
import FoundationEssentials
import HTTP

extension CredentialsProvider {
    /// For a process on any machine: looks in the same places as the AWS CLI, in the same order.
    package init(
        _ configuration: AWSConfiguration, http: HTTPClient, now: @escaping @Sendable () -> Date = { Date() }
    ) {
        let environment = configuration.environment
        let chain = ProfileChain(configuration: configuration, http: http)
        self.init(
            environment: environment,
            sources: [
                EnvironmentCredentials(environment: environment),
                chain.assumedRole(of: configuration.profile, visited: []),
            ]
                + chain.rest(of: configuration.profile, environment: environment)
                + [
                    ContainerCredentials(environment: environment, http: http),
                    InstanceCredentials(environment: environment, http: http),
                ],
            now: now)
    }
}
