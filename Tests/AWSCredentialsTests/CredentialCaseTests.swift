// SPDX-License-Identifier: Apache-2.0

import AWS
import AWSCredentials
import Foundation
import HTTP
import LoopbackHTTP
import Testing

/// The chain finds the same credentials as botocore, or none where botocore finds none.
/// `Tests/System/credential_cases.py` writes the fixture.
@Suite("Credentials compared with botocore", .timeLimit(.minutes(1)))
struct CredentialCaseTests {
    struct Case: Decodable, Sendable {
        let name: String
        let environment: [String: String]
        let files: [String: String]
        let accessKeyID: String?
    }

    private static let environment = [
        "AWS_DEFAULT_REGION": "us-east-1", "AWS_ENDPOINT_URL_STS": "{url}", "AWS_ENDPOINT_URL_SSO": "{url}",
        "AWS_EC2_METADATA_SERVICE_ENDPOINT": "{url}/nowhere", "HOME": "{home}", "AWS_MAX_ATTEMPTS": "1",
    ]

    @Test("The access key is the one that botocore finds")
    func decisions() async throws {
        let fixture = try #require(
            Bundle.module.url(forResource: "credentials", withExtension: "json", subdirectory: "Fixtures"))
        let cases = try JSONDecoder().decode([Case].self, from: Data(contentsOf: fixture))
        #expect(cases.count >= 70)
        try await LoopbackHTTPServer.serve({ CredentialPlaces.answer($0) }) { _, url, http in
            for item in cases {
                let found = try await Self.accessKeyID(of: item, url: url, http: http)
                #expect(found == item.accessKeyID, "\(item.name)")
            }
        }
    }

    private static func accessKeyID(of item: Case, url: String, http: HTTPClient) async throws -> String? {
        let home = FileManager.default.temporaryDirectory.appending(path: "credentials-\(UUID())")
        defer { try? FileManager.default.removeItem(at: home) }
        func filled(_ text: String) -> String {
            text.replacingOccurrences(of: "{url}", with: url).replacingOccurrences(of: "{home}", with: home.path)
        }
        for (path, text) in item.files {
            let file = home.appending(path: path)
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try filled(text).write(to: file, atomically: true, encoding: .utf8)
        }
        let environment = environment.merging(item.environment) { $1 }.mapValues(filled)
        guard let configuration = try? AWSConfiguration(environment: environment) else { return nil }
        return try? await CredentialsProvider(configuration, http: http).credentials().accessKeyID
    }
}
