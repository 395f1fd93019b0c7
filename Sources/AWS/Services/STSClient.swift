// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import HTTP

/// The operations of AWS Security Token Service that are used here: those that assume a role.
package struct STSClient: Sendable {
    private static let version = "2011-06-15"
    private static let maximumAnswerBytes = 64 << 10

    /// The parameters for assuming a role.
    package struct Role: Sendable, Equatable {
        package let arn: String
        package let sessionName: String
        package let externalID: String?
        package let durationSeconds: String?

        package init(arn: String, sessionName: String, externalID: String? = nil, durationSeconds: String? = nil) {
            self.arn = arn
            self.sessionName = sessionName
            self.externalID = externalID
            self.durationSeconds = durationSeconds
        }

        fileprivate var parameters: [(String, String?)] {
            [
                ("RoleArn", arn), ("RoleSessionName", sessionName), ("ExternalId", externalID),
                ("DurationSeconds", durationSeconds),
            ]
        }
    }

    /// Assumes a role with the client's credentials.
    package static func assume(_ role: Role, by client: AWSClient) async throws -> Credentials {
        let request = request("AssumeRole", role.parameters, client.configuration)
        return try credentials(in: try await client.send(request), of: request.operation)
    }

    /// Assumes a role with the token of an identity provider. The request is not signed.
    package static func assume(
        _ role: Role, withWebIdentity token: String, configuration: AWSConfiguration, http: HTTPClient
    ) async throws -> Credentials {
        let request = request(
            "AssumeRoleWithWebIdentity", role.parameters + [("WebIdentityToken", token)], configuration)
        let response = try await http.execute(request.http)
        if let error = request.error(in: response) { throw error }
        return try credentials(in: response, of: request.operation)
    }

    private static func request(
        _ operation: String, _ parameters: [(String, String?)], _ configuration: AWSConfiguration
    ) -> AWSRequest {
        let all = [("Action", operation), ("Version", version)] + parameters
        let body = all.compactMap { name, value in value.map { "\(name)=\($0.percentEncoded())" } }.joined(
            separator: "&")
        let http = HTTPRequest(
            method: "POST", url: configuration.endpoint(of: .sts).url + "/",
            headers: ["Content-Type": "application/x-www-form-urlencoded; charset=utf-8"],
            body: Array(body.utf8) as [UInt8], timeout: .seconds(10), maximumResponseBytes: maximumAnswerBytes)
        return AWSRequest(service: .sts, operation: operation, http: http, error: error)
    }

    private static func credentials(
        in response: HTTPResponse, of operation: String
    ) throws(CredentialsError) -> Credentials {
        func text(_ element: String) throws(CredentialsError) -> String {
            guard let text = S3XML.text(of: element, in: response.body) else {
                throw .answerMalformed(of: "sts \(operation)", missing: element)
            }
            return text
        }
        guard let expiration = try? Date(text("Expiration"), strategy: .iso8601) else {
            throw .answerMalformed(of: "sts \(operation)", missing: "Expiration")
        }
        return Credentials(
            accessKeyID: try text("AccessKeyId"), secretAccessKey: try text("SecretAccessKey"),
            sessionToken: try text("SessionToken"), expiration: expiration)
    }

    private static func error(in response: HTTPResponse, to request: AWSRequest) -> AWSServiceError? {
        guard !(200..<300).contains(response.status) else { return nil }
        return AWSServiceError(
            xml: response, to: request, statusCode: response.status, requestIDHeader: "x-amzn-requestid")
    }
}
