// SPDX-License-Identifier: Apache-2.0

import ByteComparison
import FoundationEssentials
import HTTP

/// Credentials of the role of an ECS task or an EKS pod. The container's environment names their endpoint.
package struct ContainerCredentials: CredentialsSource {
    static let name = "the container's credentials endpoint"

    private let environment: [String: String]
    private let http: HTTPClient

    package init(environment: [String: String], http: HTTPClient) {
        self.environment = environment
        self.http = http
    }

    package func credentials() async throws -> Credentials? {
        guard let url = try Self.url(environment) else { return nil }
        var request = HTTPRequest(url: url, timeout: .seconds(5), maximumResponseBytes: 64 << 10, bypassesProxy: true)
        request.headers["Accept"] = "application/json"
        request.headers["Authorization"] = try authorizationToken()
        let response = try await http.execute(request)
        guard response.status == 200 else {
            throw CredentialsError.endpointAnswered(of: Self.name, status: response.status)
        }
        return try Credentials(document: response.body, of: Self.name)
    }

    /// `nil` if the environment does not name an endpoint.
    static func url(_ environment: [String: String]) throws(CredentialsError) -> String? {
        if let path = environment["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"], !path.isEmpty {
            return "http://169.254.170.2\(path)"
        }
        guard let full = environment["AWS_CONTAINER_CREDENTIALS_FULL_URI"], !full.isEmpty else { return nil }
        guard isAllowed(full) else { throw .containerEndpointNotAllowed(url: full) }
        return full
    }

    /// Reads the token file each time, because EKS rotates it.
    private func authorizationToken() throws(CredentialsError) -> String? {
        guard let path = environment["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"], !path.isEmpty else {
            return environment["AWS_CONTAINER_AUTHORIZATION_TOKEN"]
        }
        guard let token = try? String(contentsOfFile: path, encoding: .utf8) else { throw .fileUnreadable(path: path) }
        return String(token.prefix { !$0.isNewline })
    }

    /// Plain HTTP is allowed only to loopback addresses and the link-local addresses of ECS and EKS.
    private static func isAllowed(_ url: String) -> Bool {
        guard !url.begins(with: "https://") else { return true }
        // Only ASCII: the check below would not find an `@` with a combining mark after it.
        guard url.utf8.allSatisfy({ $0 < 0x80 }), let rest = url.removing(prefix: "http://") else { return false }
        let authority = rest.prefix { $0 != "/" && $0 != "?" }
        // The checks below would take a user name for the host.
        guard !authority.contains("@") else { return false }
        if authority.begins(with: "[") {
            return ["[::1]", "[fd00:ec2::23]"].contains { authority == $0 || authority.begins(with: "\($0):") }
        }
        let host = authority.prefix { $0 != ":" }
        let octets = host.split(separator: ".").map { UInt8($0) }
        let isLoopback = octets.count == 4 && octets.first == 127 && !octets.contains(nil)
        return isLoopback || ["localhost", "169.254.170.2", "169.254.170.23"].contains(String(host))
    }
}
