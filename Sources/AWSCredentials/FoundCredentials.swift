// SPDX-License-Identifier: Apache-2.0

import AWS
import FoundationEssentials
import HTTP

/// Where credentials were found, for a person. It does not hold the credentials.
package struct FoundCredentials: Sendable, Equatable {
    package let place: String
    /// `nil` if they do not expire.
    package let expiration: Date?

    /// Looks in the same places as a `CredentialsProvider`, in the same order. Throws what a request would throw.
    package init(_ configuration: AWSConfiguration, http: HTTPClient) async throws {
        for source in CredentialsProvider.sources(configuration, http: http) {
            guard let credentials = try await source.credentials() else { continue }
            place = Self.place(of: source, profile: configuration.profile.name)
            expiration = credentials.expiration
            return
        }
        throw CredentialsError.none
    }

    private static func place(of source: any CredentialsSource, profile: String) -> String {
        switch source {
        case is EnvironmentCredentials: "AWS_ACCESS_KEY_ID"
        case is ContainerCredentials: "the role of the container"
        case is InstanceCredentials: "the role of the EC2 instance"
        case let source as WebIdentityCredentials where source.isOfEnvironment: "AWS_WEB_IDENTITY_TOKEN_FILE"
        default: "the AWS profile \"\(profile)\""
        }
    }
}
