// SPDX-License-Identifier: Apache-2.0

import AWS
import AWSCredentials
import Foundation
import HTTP
import Testing

/// Errors say what is wrong with a profile and what to do about it.
@Suite("Credentials: problems", .timeLimit(.minutes(1)))
struct CredentialProblemTests {
    @Test(
        "The error names the setting and the expected value",
        arguments: [
            ("login_session = x", "has login_session, which is not supported"),
            ("role_arn = a\nsource_profile = default\nmfa_serial = m", "has mfa_serial, which is not supported"),
            ("role_arn = a", "role_arn needs source_profile, credential_source or web_identity_token_file"),
            ("role_arn = a\nsource_profile = x", "its source_profile \"x\" is missing"),
            ("role_arn = a\ncredential_source = Moon", "credential_source is \"Moon\", expected Environment"),
            ("role_arn = a\ncredential_source = Environment\nsource_profile = x", "expected one of them"),
            ("aws_access_key_id = a", "it has aws_access_key_id without aws_secret_access_key"),
            ("sso_session = h", "[sso-session h] is missing"),
            ("sso_start_url = h\nsso_region = a@b\nsso_account_id = 1\nsso_role_name = r", "sso_region is \"a@b\""),
            (
                "sso_start_url = h\nsso_region = us-east-1\nsso_account_id = 1\nsso_role_name = r",
                "run aws sso login --profile default"
            ),
            ("web_identity_token_file = /absent/token\nrole_arn = r", "cannot read /absent/token"),
            ("credential_process = sh -c 'exit 3'", "it ended with status 3, expected 0"),
            ("credential_process = sh -c 'kill -9 $$'", "it ended with status 137, expected 0"),
            ("credential_process = /absent/program", "it cannot be started: No such file or directory"),
            ("credential_process = head -c 70000 /dev/zero", "expected at most 65536 bytes of output"),
            ("credential_process = echo 'x", "a quote in its command is not closed"),
            ("credential_process = echo {}", "expected a JSON document whose Version is 1"),
        ])
    func problem(_ settings: String, _ text: String) async throws {
        let http = HTTPClient()
        defer { http.shutDown() }
        let environment = ["HOME": "/h", "AWS_REGION": "us-east-1", "AWS_EC2_METADATA_DISABLED": "true"]
        let configuration = try AWSConfiguration(
            environment: environment, readFile: { $0 == "/h/.aws/config" ? "[default]\n\(settings)\n" : nil })
        let error = await #expect(throws: CredentialsError.self) {
            try await CredentialsProvider(configuration, http: http).credentials()
        }
        #expect(error?.description.contains(text) == true, "\(error?.description ?? "none")")
        #expect(error?.errorClass == .permanent)
    }

    @Test("An incomplete access key in the environment is an error; other sources are not used")
    func half() async throws {
        let http = HTTPClient()
        defer { http.shutDown() }
        let configuration = try AWSConfiguration(
            environment: ["AWS_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "a"], readFile: { _ in nil })
        let error = await #expect(throws: CredentialsError.self) {
            try await CredentialsProvider(configuration, http: http).credentials()
        }
        #expect(error?.description == "the environment: it has AWS_ACCESS_KEY_ID without AWS_SECRET_ACCESS_KEY")
    }
}
