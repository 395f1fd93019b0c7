// SPDX-License-Identifier: Apache-2.0

import AWS
import HTTP
import Logging

/// `role_arn` with `source_profile` or `credential_source`: assumes the role with the credentials of that source.
struct AssumedRoleCredentials: CredentialsSource {
    let profile: Profile
    /// The profiles whose roles are assumed with the credentials of this one.
    let visited: [String]
    let chain: ProfileChain

    func credentials() async throws -> Credentials? {
        guard let arn = profile["role_arn"], let sources = try sources() else { return nil }
        if profile["mfa_serial"] != nil {
            throw CredentialsError.unsupported(setting: "mfa_serial", profile: profile.name)
        }
        let client = AWSClient(
            configuration: chain.configuration, credentials: CredentialsProvider(environment: [:], sources: sources),
            http: chain.http, logger: Logger(label: "sts") { _ in SwiftLogNoOpLogHandler() })
        return try await STSClient.assume(
            STSClient.Role(
                arn: arn, sessionName: profile["role_session_name"] ?? STSClient.Role.defaultSessionName,
                externalID: profile["external_id"], durationSeconds: profile["duration_seconds"]),
            by: client)
    }

    /// `nil` if the profile's role is assumed with a web identity token.
    private func sources() throws -> [any CredentialsSource]? {
        switch (profile["source_profile"], profile["credential_source"]) {
        case (let name?, nil): try sources(ofProfile: name)
        case (nil, let name?): [try source(named: name)]
        case (_?, _?):
            throw CredentialsError.unusable(
                of: "the AWS profile \"\(profile.name)\"",
                problem: "it has source_profile and credential_source, expected one of them")
        case (nil, nil):
            if profile["web_identity_token_file"] != nil {
                nil
            } else {
                throw CredentialsError.unusable(
                    of: "the AWS profile \"\(profile.name)\"",
                    problem: "role_arn needs source_profile, credential_source or web_identity_token_file")
            }
        }
    }

    private func sources(ofProfile name: String) throws -> [any CredentialsSource] {
        guard let source = try chain.configuration.profiles.profile(name) else {
            throw CredentialsError.unusable(
                of: "the AWS profile \"\(profile.name)\"", problem: "its source_profile \"\(name)\" is missing")
        }
        // A profile can name itself as its source: its role is then assumed with its own access key.
        if name == profile.name { return chain.rest(of: source) }
        guard !visited.contains(name) else {
            throw CredentialsError.unusable(
                of: "the AWS profile \"\(profile.name)\"",
                problem: "source_profile leads in a circle: \((visited + [profile.name, name]).joined(separator: ", "))"
            )
        }
        return [chain.assumedRole(of: source, visited: visited + [profile.name])] + chain.rest(of: source)
    }

    private func source(named name: String) throws -> any CredentialsSource {
        let environment = chain.configuration.environment
        switch name {
        case "Environment": return EnvironmentCredentials(environment: environment)
        case "EcsContainer": return ContainerCredentials(environment: environment, http: chain.http)
        case "Ec2InstanceMetadata": return InstanceCredentials(environment: environment, http: chain.http)
        default:
            throw CredentialsError.unusable(
                of: "the AWS profile \"\(profile.name)\"",
                problem: "credential_source is \"\(name)\", expected Environment, EcsContainer or Ec2InstanceMetadata")
        }
    }
}
