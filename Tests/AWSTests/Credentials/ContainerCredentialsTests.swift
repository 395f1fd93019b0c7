// SPDX-License-Identifier: Apache-2.0

import Foundation
import LoopbackHTTP
import Testing

@testable import AWS

@Suite("ContainerCredentials")
struct ContainerCredentialsTests {
    static func isAllowed(_ url: String) throws -> Bool {
        do {
            return try ContainerCredentials.url(["AWS_CONTAINER_CREDENTIALS_FULL_URI": url]) == url
        } catch CredentialsError.containerEndpointNotAllowed(url) {
            return false
        }
    }

    @Test(
        "Plain HTTP is used only for this machine and the link-local addresses of ECS and EKS",
        arguments: [
            ("http://127.0.0.1:8080/creds", true), ("http://127.200.0.1/creds", true), ("http://localhost/creds", true),
            ("http://169.254.170.2/creds", true), ("http://169.254.170.23/v1/credentials", true),
            ("http://[::1]:80/creds", true), ("http://[fd00:ec2::23]/v1/credentials", true),
            ("https://credentials.example/creds", true),
            ("http://credentials.example/creds", false), ("http://10.0.0.1/creds", false),
            ("http://169.254.169.254/creds", false), ("http://127.0.0.1.example/creds", false),
            ("http://127.0.0/creds", false), ("http://127.0.0.256/creds", false), ("http://[::2]/creds", false),
            ("http://127.0.0.1:80@credentials.example/creds", false),
            ("http://127.0.0.1:80@\u{301}credentials.example/creds", false), ("http://127.0.0.1/\u{E9}", false),
            ("http://localhost:x@credentials.example", false), ("http://[::1]@credentials.example/", false),
            ("http://[::1].example/", false), ("ftp://127.0.0.1/creds", false), ("127.0.0.1/creds", false),
        ])
    func allowed(_ url: String, _ isAllowed: Bool) throws {
        #expect(try Self.isAllowed(url) == isAllowed)
    }

    @Test(
        "There is no endpoint if the environment does not name one",
        arguments: [[:], ["AWS_CONTAINER_CREDENTIALS_FULL_URI": ""]])
    func absent(_ environment: [String: String]) throws {
        #expect(try ContainerCredentials.url(environment) == nil)
    }

    @Test("The relative URI takes precedence over the full one")
    func relative() throws {
        let environment = [
            "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/v2/credentials/1",
            "AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://not.allowed.example/",
        ]
        #expect(try ContainerCredentials.url(environment) == "http://169.254.170.2/v2/credentials/1")
    }

    @Test("Credentials are read with their token and expiration")
    func parse() throws {
        let answer = """
            {"RoleArn":"arn","AccessKeyId":"ASIAEXAMPLE","SecretAccessKey":"s","Token":"t",\
            "Expiration":"2026-11-24T05:51:52Z"}
            """
        #expect(
            try Credentials(document: Array(answer.utf8), of: ContainerCredentials.name)
                == Credentials(
                    accessKeyID: "ASIAEXAMPLE", secretAccessKey: "s", sessionToken: "t",
                    expiration: Date(timeIntervalSince1970: 1_795_499_512)))
    }

    @Test("The expiration is optional")
    func parseWithoutExpiration() throws {
        let credentials = try Credentials(
            document: Array(#"{"AccessKeyId":"A","SecretAccessKey":"s"}"#.utf8), of: ContainerCredentials.name)
        #expect(credentials == Credentials(accessKeyID: "A", secretAccessKey: "s"))
    }

    @Test(
        "The error for an incomplete response names the missing member",
        arguments: [
            ("", "AccessKeyId and SecretAccessKey"), ("<html/>", "AccessKeyId and SecretAccessKey"),
            (#"{"AccessKeyId":"A"}"#, "AccessKeyId and SecretAccessKey"),
            (#"{"AccessKeyId":"A","SecretAccessKey":"s","Token":"t","Expiration":"soon"}"#, "Expiration"),
        ])
    func malformed(_ answer: String, _ missing: String) {
        #expect(throws: CredentialsError.answerMalformed(of: ContainerCredentials.name, missing: missing)) {
            try Credentials(document: Array(answer.utf8), of: ContainerCredentials.name)
        }
    }

    @Test("The token file is read for each request and takes precedence over the environment's token")
    func tokenFile() async throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "token-\(UUID())").path
        defer { try? FileManager.default.removeItem(atPath: file) }
        let answer = #"{"AccessKeyId":"A","SecretAccessKey":"s"}"#
        try await LoopbackHTTPServer.serve(.status(200, answer)) { server, url, http in
            let container = ContainerCredentials(
                environment: [
                    "AWS_CONTAINER_CREDENTIALS_FULL_URI": "\(url)/creds",
                    "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": file,
                    "AWS_CONTAINER_AUTHORIZATION_TOKEN": "of the environment",
                ], http: http)
            await #expect(throws: CredentialsError.fileUnreadable(path: file)) { try await container.credentials() }
            for token in ["first", "second"] {
                try "\(token)\n".write(toFile: file, atomically: true, encoding: .utf8)
                _ = try await container.credentials()
            }
            #expect(server.requests.map(\.target) == ["/creds", "/creds"])
            #expect(server.requests.map { $0.headers["Authorization"] } == ["first", "second"])
        }
    }

    @Test("The environment's token is sent if there is no token file")
    func token() async throws {
        let answer = #"{"AccessKeyId":"A","SecretAccessKey":"s"}"#
        try await LoopbackHTTPServer.serve(.status(200, answer)) { server, url, http in
            let container = ContainerCredentials(
                environment: [
                    "AWS_CONTAINER_CREDENTIALS_FULL_URI": url, "AWS_CONTAINER_AUTHORIZATION_TOKEN": "token",
                ], http: http)
            _ = try await container.credentials()
            #expect(server.requests.first?.headers["Authorization"] == "token")
            #expect(server.requests.first?.headers["Accept"] == "application/json")
        }
    }

    @Test("A status other than 200 is an error", arguments: [301, 404, 500])
    func status(_ status: Int) async throws {
        try await LoopbackHTTPServer.serve(.status(status)) { _, url, http in
            let container = ContainerCredentials(environment: ["AWS_CONTAINER_CREDENTIALS_FULL_URI": url], http: http)
            await #expect(throws: CredentialsError.endpointAnswered(of: ContainerCredentials.name, status: status)) {
                try await container.credentials()
            }
        }
    }
}
