// SPDX-License-Identifier: Apache-2.0

import AWS
import Digests
import FoundationEssentials
import HTTP

/// Credentials of a role in IAM Identity Center, with the token that `aws sso login` has cached. This does not renew
/// the token.
struct SSOCredentials: CredentialsSource {
    let profile: Profile
    let configuration: AWSConfiguration
    let http: HTTPClient
    var now: @Sendable () -> Date = { Date() }

    func credentials() async throws -> Credentials? {
        guard let session = try session() else { return nil }
        guard let account = profile["sso_account_id"], let role = profile["sso_role_name"] else {
            throw problem("expected sso_account_id and sso_role_name too")
        }
        guard let region = try? AWSRegion(session.region) else {
            throw problem("sso_region is \"\(session.region)\", expected a region such as eu-central-1")
        }
        var request = HTTPRequest(
            url: "\(portal(in: region))/federation/credentials?role_name=\(role.percentEncoded())"
                + "&account_id=\(account.percentEncoded())",
            timeout: .seconds(10), maximumResponseBytes: 64 << 10)
        request.headers["x-amz-sso_bearer_token"] = try token(of: session)
        let response = try await http.execute(request)
        switch response.status {
        case 200: return try Self.credentials(in: response.body)
        case 401: throw problem("the token of \(session.name) is not valid any more: \(login)")
        default: throw CredentialsError.endpointAnswered(of: "IAM Identity Center", status: response.status)
        }
    }

    // MARK: -

    private struct Session {
        /// The name from which the name of the cache file is derived.
        let name: String
        let region: String
    }

    /// `nil` if the profile does not use IAM Identity Center.
    private func session() throws -> Session? {
        if let name = profile["sso_session"] {
            guard let section = configuration.profiles.section("sso-session \(name)") else {
                throw problem("[sso-session \(name)] is missing")
            }
            guard let region = section["sso_region"] else { throw problem("[sso-session \(name)] has no sso_region") }
            return Session(name: name, region: region)
        }
        guard let url = profile["sso_start_url"] else { return nil }
        guard let region = profile["sso_region"] else { throw problem("expected sso_region too") }
        return Session(name: url, region: region)
    }

    private func portal(in region: AWSRegion) -> String {
        configuration.environment.nonEmpty("AWS_ENDPOINT_URL_SSO")
            ?? "https://portal.sso.\(region.name).\(region.domain)"
    }

    private func token(of session: Session) throws -> String {
        let file = SHA1.hash(session.name.utf8).hexadecimal
        let path = "\(configuration.environment["HOME"] ?? "")/.aws/sso/cache/\(file).json"
        guard let data = try? Data(contentsOf: URL(filePath: path)),
            let cached = try? JSONDecoder().decode(CachedToken.self, from: data)
        else { throw problem("there is no token in \(path): \(login)") }
        guard let expiration = try? Date(cached.expiresAt, strategy: .iso8601), now() < expiration else {
            throw problem("the token in \(path) has expired: \(login)")
        }
        return cached.accessToken
    }

    private struct CachedToken: Decodable {
        let accessToken: String
        let expiresAt: String
    }

    private static func credentials(in body: [UInt8]) throws -> Credentials {
        guard let answer = try? JSONDecoder().decode(Answer.self, from: Data(body)) else {
            throw CredentialsError.answerMalformed(of: "IAM Identity Center", missing: "roleCredentials")
        }
        let found = answer.roleCredentials
        return Credentials(
            accessKeyID: found.accessKeyId, secretAccessKey: found.secretAccessKey, sessionToken: found.sessionToken,
            expiration: Date(timeIntervalSince1970: found.expiration / 1000))
    }

    private struct Answer: Decodable {
        struct RoleCredentials: Decodable {
            let accessKeyId: String
            let secretAccessKey: String
            let sessionToken: String
            /// Milliseconds since 1970.
            let expiration: Double
        }
        let roleCredentials: RoleCredentials
    }

    private var login: String { "run aws sso login --profile \(profile.name)" }

    private func problem(_ text: String) -> CredentialsError {
        .unusable(of: "the AWS profile \"\(profile.name)\" with IAM Identity Center", problem: text)
    }
}
