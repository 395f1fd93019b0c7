// SPDX-License-Identifier: Apache-2.0

import AWS
import HTTP

/// The operation of AWS CloudFormation that is used here.
package struct CloudFormationClient: Sendable {
    private static let version = "2010-05-15"
    private static let maximumAnswerBytes = 1 << 20

    package let client: AWSClient

    package init(client: AWSClient) {
        self.client = client
    }

    package struct Stack: Sendable, Equatable {
        package var outputs: [String: String]
        package var parameters: [String: String]

        package init(outputs: [String: String], parameters: [String: String] = [:]) {
            self.outputs = outputs
            self.parameters = parameters
        }
    }

    /// A stack that does not exist gives an error with status 400 and the code `ValidationError`.
    package func describeStack(name: String) async throws -> Stack {
        let response = try await send("DescribeStacks", [("StackName", name)])
        return Stack(
            outputs: Self.pairs(in: "Outputs", "OutputKey", "OutputValue", response.body),
            parameters: Self.pairs(in: "Parameters", "ParameterKey", "ParameterValue", response.body))
    }

    private func send(_ operation: String, _ parameters: [(String, String)]) async throws -> HTTPResponse {
        let all = [("Action", operation), ("Version", Self.version)] + parameters
        let body = all.map { "\($0)=\($1.percentEncoded())" }.joined(separator: "&")
        let http = HTTPRequest(
            method: "POST", url: client.configuration.endpoint(of: .cloudFormation).url + "/",
            headers: ["Content-Type": "application/x-www-form-urlencoded; charset=utf-8"],
            body: Array(body.utf8) as [UInt8], timeout: .seconds(10), maximumResponseBytes: Self.maximumAnswerBytes)
        return try await client.send(
            AWSRequest(service: .cloudFormation, operation: operation, http: http) { response, request in
                guard !(200..<300).contains(response.status) else { return nil }
                return AWSServiceError(
                    xml: response, to: request, statusCode: response.status, requestIDHeader: "x-amzn-requestid")
            })
    }

    private static func pairs(
        in list: String, _ key: String, _ value: String, _ body: [UInt8]
    ) -> [String: String] {
        let members = S3XML.contents(of: list, in: body).first.map { S3XML.contents(of: "member", in: $0) } ?? []
        let pairs = members.compactMap { member in
            S3XML.text(of: key, in: member).flatMap { key in S3XML.text(of: value, in: member).map { (key, $0) } }
        }
        return Dictionary(pairs) { first, _ in first }
    }
}
