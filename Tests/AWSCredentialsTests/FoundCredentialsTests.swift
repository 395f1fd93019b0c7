// SPDX-License-Identifier: Apache-2.0

import AWS
import AWSCredentials
import Foundation
import HTTP
import LoopbackHTTP
import Testing

/// Where a person is told that the credentials come from.
@Suite("Found credentials", .timeLimit(.minutes(1)))
struct FoundCredentialsTests {
    private static let profiles = "[default]\naws_access_key_id = A\naws_secret_access_key = s\n[empty]\n"

    @Test(
        "The place is named, with the end of the credentials if they have one",
        arguments: [
            (["AWS_ACCESS_KEY_ID": "A", "AWS_SECRET_ACCESS_KEY": "s"], "AWS_ACCESS_KEY_ID", false),
            ([:], "the AWS profile \"default\"", false),
            (["AWS_PROFILE": "empty"], "the role of the container", true),
        ] as [([String: String], String, Bool)])
    func place(_ environment: [String: String], _ place: String, _ expires: Bool) async throws {
        let answer = #"{"AccessKeyId":"A","SecretAccessKey":"s","Expiration":"2030-01-01T00:00:00Z"}"#
        try await LoopbackHTTPServer.serve({ _ in .status(200, answer) }) { _, url, http in
            let settings = ["HOME": "/h", "AWS_REGION": "us-east-1", "AWS_CONTAINER_CREDENTIALS_FULL_URI": url]
            let configuration = try AWSConfiguration(
                environment: settings.merging(environment) { $1 },
                readFile: { $0 == "/h/.aws/credentials" ? Self.profiles : nil })
            let found = try await FoundCredentials(configuration, http: http)
            #expect(found.place == place)
            #expect((found.expiration == Date(timeIntervalSince1970: 1_893_456_000)) == expires)
        }
    }

    @Test("Without any, the error is the one that a request would have")
    func none() async throws {
        let http = HTTPClient()
        defer { http.shutDown() }
        let configuration = try AWSConfiguration(
            environment: ["AWS_REGION": "us-east-1", "AWS_EC2_METADATA_DISABLED": "true"], readFile: { _ in nil })
        await #expect(throws: CredentialsError.none) { try await FoundCredentials(configuration, http: http) }
    }
}
