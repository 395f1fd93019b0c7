// SPDX-License-Identifier: Apache-2.0

import Foundation
import HTTP
import LoopbackHTTP
import Synchronization
import Testing

import AWSCredentials

@testable import AWS

@Suite("CredentialsProvider")
struct CredentialsProviderTests {
    /// A clock that a test moves.
    final class Clock: Sendable {
        private let seconds = Mutex(0.0)

        var date: Date { Date(timeIntervalSince1970: seconds.withLock { $0 }) }

        func advance(to seconds: TimeInterval) {
            self.seconds.withLock { $0 = seconds }
        }
    }

    static let profiles = """
        [default]
        aws_access_key_id = AKIDFILE
        aws_secret_access_key = s
        [other]
        aws_access_key_id = AKIDOTHER
        aws_secret_access_key = s
        [empty]
        """
    static let environmentKey = ["AWS_ACCESS_KEY_ID": "AKIDENV", "AWS_SECRET_ACCESS_KEY": "s"]

    static func provider(
        _ environment: [String: String], file: String = profiles, http: HTTPClient,
        clock: Clock = Clock()
    ) throws -> CredentialsProvider {
        let settings = ["HOME": "/home", "AWS_REGION": "us-east-1", "AWS_EC2_METADATA_DISABLED": "true"]
        let configuration = try AWSConfiguration(
            environment: settings.merging(environment) { $1 },
            readFile: { $0 == "/home/.aws/credentials" ? file : nil })
        return CredentialsProvider(configuration, http: http, now: { clock.date })
    }

    /// The container's endpoint. Each response has a different key, which expires one hour after `clock`.
    static func hourly(_ clock: Clock) -> LoopbackHTTPServer.Answer {
        { request in
            let expiration = clock.date.addingTimeInterval(3600).formatted(.iso8601)
            return .status(
                200,
                #"{"AccessKeyId":"ASIA\#(request.index)","SecretAccessKey":"s","Expiration":"\#(expiration)"}"#)
        }
    }

    @Test(
        "The environment takes precedence over the profile, and the profile over the container",
        arguments: [
            (environmentKey, "AKIDENV"), ([:], "AKIDFILE"), (["AWS_PROFILE": "other"], "AKIDOTHER"),
            (["AWS_PROFILE": "empty"], "ASIA0"),
        ] as [([String: String], String)])
    func order(_ environment: [String: String], _ accessKeyID: String) async throws {
        try await LoopbackHTTPServer.serve(Self.hourly(Clock())) { _, url, http in
            let container = ["AWS_CONTAINER_CREDENTIALS_FULL_URI": url]
            let provider = try Self.provider(container.merging(environment) { $1 }, http: http)
            let found = try await provider.credentials()
            #expect(found.accessKeyID == accessKeyID)
        }
    }

    @Test(
        "The environment's session token is used; an empty one counts as absent",
        arguments: [("token", "token"), ("", nil)])
    func sessionToken(_ value: String, _ token: String?) async throws {
        let http = HTTPClient()
        defer { http.shutDown() }
        let environment = Self.environmentKey.merging(["AWS_SESSION_TOKEN": value]) { $1 }
        let found = try await Self.provider(environment, http: http).credentials()
        #expect(found == Credentials(accessKeyID: "AKIDENV", secretAccessKey: "s", sessionToken: token))
    }

    @Test("It is an error if no source has credentials")
    func none() async throws {
        let http = HTTPClient()
        defer { http.shutDown() }
        let provider = try Self.provider([:], file: "", http: http)
        await #expect(throws: CredentialsError.none) { try await provider.credentials() }
    }

    @Test("Concurrent callers share one request")
    func shared() async throws {
        let clock = Clock()
        try await LoopbackHTTPServer.serve(Self.hourly(clock)) { server, url, http in
            let provider = try Self.provider(
                ["AWS_CONTAINER_CREDENTIALS_FULL_URI": url], file: "", http: http, clock: clock)
            try await withThrowingTaskGroup { group in
                for _ in 0..<50 { group.addTask { try await provider.credentials() } }
                for try await found in group { #expect(found.accessKeyID == "ASIA0") }
            }
            #expect(server.requests.count == 1)
        }
    }

    @Test("Only the rejected credentials are discarded")
    func invalidation() async throws {
        let clock = Clock()
        try await LoopbackHTTPServer.serve(Self.hourly(clock)) { server, url, http in
            let provider = try Self.provider(
                ["AWS_CONTAINER_CREDENTIALS_FULL_URI": url], file: "", http: http, clock: clock)
            let first = try await provider.credentials()
            await provider.invalidate(first)
            let second = try await provider.credentials()
            await provider.invalidate(first)
            let third = try await provider.credentials()
            #expect([first, second, third].map(\.accessKeyID) == ["ASIA0", "ASIA1", "ASIA1"])
        }
    }

    @Test("A description does not contain a secret")
    func description() {
        let credentials = Credentials(accessKeyID: "AKID", secretAccessKey: "hush", sessionToken: "hush")
        #expect(!"\(credentials)".contains("hush"))
        #expect(!String(reflecting: credentials).contains("hush"))
    }
}
