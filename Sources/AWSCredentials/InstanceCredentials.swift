// SPDX-License-Identifier: Apache-2.0

import AWS
import FoundationEssentials
import HTTP

/// The role of an EC2 instance, from its metadata service, version 2.
struct InstanceCredentials: CredentialsSource {
    private static let name = "the instance's metadata service"
    private static let path = "/latest/meta-data/iam/security-credentials/"
    /// In seconds; the maximum.
    private static let tokenLifetime = "21600"
    /// The service is on the same machine. A short timeout avoids a long wait where there is none.
    private static let timeout: Duration = .seconds(1)

    let environment: [String: String]
    let http: HTTPClient

    func credentials() async throws -> Credentials? {
        guard environment["AWS_EC2_METADATA_DISABLED"]?.lowercased() != "true",
            let token = try await token(), let role = try await text(at: Self.path, token)
        else { return nil }
        let name = String(role.prefix { !$0.isNewline })
        guard !name.isEmpty, let document = try await text(at: Self.path + name.percentEncoded(), token) else {
            return nil
        }
        return try Credentials(document: Array(document.utf8), of: Self.name)
    }

    /// `nil` if this machine has no metadata service.
    private func token() async throws -> String? {
        let headers: HTTPHeaders = ["X-aws-ec2-metadata-token-ttl-seconds": Self.tokenLifetime]
        do {
            let response = try await http.execute(request("PUT", "/latest/api/token", headers))
            guard response.status == 200 else { return nil }
            return String(decoding: response.body, as: UTF8.self)
        } catch HTTPError.transferFailed {
            return nil
        }
    }

    /// `nil` if there is nothing at this path, as on an instance without a role.
    private func text(at path: String, _ token: String) async throws -> String? {
        let response = try await http.execute(request("GET", path, ["X-aws-ec2-metadata-token": token]))
        switch response.status {
        case 200: return String(decoding: response.body, as: UTF8.self)
        case 404: return nil
        default: throw CredentialsError.endpointAnswered(of: Self.name, status: response.status)
        }
    }

    private func request(_ method: String, _ path: String, _ headers: HTTPHeaders) -> HTTPRequest {
        HTTPRequest(
            method: method, url: endpoint + path, headers: headers, timeout: Self.timeout,
            maximumResponseBytes: 64 << 10, bypassesProxy: true)
    }

    private var endpoint: String {
        if var url = environment.nonEmpty("AWS_EC2_METADATA_SERVICE_ENDPOINT") {
            while url.last == "/" { url.removeLast() }
            return url
        }
        let isIPv6 = environment["AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE"]?.lowercased() == "ipv6"
        return isIPv6 ? "http://[fd00:ec2::254]" : "http://169.254.169.254"
    }
}
