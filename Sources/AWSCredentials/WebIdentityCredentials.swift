// SPDX-License-Identifier: Apache-2.0

import AWS
import FoundationEssentials
import HTTP

/// A role that is assumed with a token file of an identity provider, such as that of a pod's service account in EKS
/// (IRSA).
struct WebIdentityCredentials: CredentialsSource {
    /// Whether the token file is named by the environment, and not by the profile.
    let isOfEnvironment: Bool
    private let tokenFile: String?
    private let roleARN: String?
    private let sessionName: String?
    private let configuration: AWSConfiguration
    private let http: HTTPClient

    /// Each setting comes from the environment, or else from the profile.
    init(environment: [String: String], profile: Profile, configuration: AWSConfiguration, http: HTTPClient) {
        func setting(_ name: String, _ variable: String) -> String? {
            environment.nonEmpty(variable) ?? profile[name]
        }
        isOfEnvironment = environment.nonEmpty("AWS_WEB_IDENTITY_TOKEN_FILE") != nil
        tokenFile = setting("web_identity_token_file", "AWS_WEB_IDENTITY_TOKEN_FILE")
        roleARN = setting("role_arn", "AWS_ROLE_ARN")
        sessionName = setting("role_session_name", "AWS_ROLE_SESSION_NAME")
        self.configuration = configuration
        self.http = http
    }

    func credentials() async throws -> Credentials? {
        guard let tokenFile else { return nil }
        guard let roleARN else {
            throw CredentialsError.unusable(
                of: "web identity",
                problem: "there is a token file, but no role: set AWS_ROLE_ARN, or role_arn in the profile")
        }
        // The file is read each time, because the token is rotated.
        guard let token = try? String(contentsOfFile: tokenFile, encoding: .utf8) else {
            throw CredentialsError.fileUnreadable(path: tokenFile)
        }
        return try await STSClient.assume(
            STSClient.Role(arn: roleARN, sessionName: sessionName ?? STSClient.Role.defaultSessionName),
            withWebIdentity: String(token.prefix { !$0.isNewline }), configuration: configuration, http: http)
    }
}
