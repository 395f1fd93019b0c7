// SPDX-License-Identifier: Apache-2.0

import AWS
import Testing

@Suite("AWSConfiguration")
struct AWSConfigurationTests {
    /// The contents of `~/.aws/config`, unless a test replaces them.
    static let configFile = """
        [default]
        region = eu-west-1
        endpoint_url = http://default.example:1/

        [profile scanner]
        region = ap-southeast-2
        endpoint_url = http://scanner.example:2
        """

    static func configuration(
        _ environment: [String: String], files: [String: String] = ["/home/user/.aws/config": configFile]
    ) throws(AWSConfigurationError) -> AWSConfiguration {
        try AWSConfiguration(
            environment: environment.merging(["HOME": "/home/user"]) { first, _ in first }, readFile: { files[$0] })
    }

    @Test(
        "The region comes from the environment, or else from the profile",
        arguments: [
            (["AWS_REGION": "us-east-1", "AWS_DEFAULT_REGION": "us-east-2"], "us-east-1"),
            (["AWS_REGION": "", "AWS_DEFAULT_REGION": "us-east-2"], "us-east-2"),
            ([:], "eu-west-1"),
            (["AWS_PROFILE": "scanner"], "ap-southeast-2"),
            (["AWS_PROFILE": "scanner", "AWS_REGION": "us-east-1"], "us-east-1"),
        ] as [([String: String], String)])
    func region(_ environment: [String: String], _ region: String) throws {
        #expect(try Self.configuration(environment).region == region)
    }

    @Test("A missing region is an error")
    func noRegion() {
        #expect(throws: AWSConfigurationError.noRegion) { try Self.configuration([:], files: [:]) }
    }

    @Test("The files can be elsewhere, and the credentials file takes precedence")
    func files() throws {
        let environment = ["AWS_SHARED_CREDENTIALS_FILE": "/c", "AWS_CONFIG_FILE": "/f"]
        let files = ["/c": "[default]\nregion = from-credentials", "/f": "[default]\nregion = from-config"]
        #expect(try Self.configuration(environment, files: files).region == "from-credentials")
        let configOnly = files.filter { $0.key == "/f" }
        #expect(try Self.configuration(environment, files: configOnly).region == "from-config")
    }

    @Test("The number of attempts is 5 unless it is set")
    func attempts() throws {
        #expect(try Self.configuration([:]).maximumAttempts == nil)
        #expect(try Self.configuration(["AWS_MAX_ATTEMPTS": "1"]).maximumAttempts == 1)
    }

    @Test("An invalid number of attempts is refused", arguments: ["0", "-1", "three", "1.5"])
    func malformedAttempts(_ value: String) {
        #expect(
            throws: AWSConfigurationError.malformedSetting(
                name: "AWS_MAX_ATTEMPTS", value: value, expected: "a whole number from 1")
        ) {
            try Self.configuration(["AWS_MAX_ATTEMPTS": value])
        }
    }

    @Test(
        "The error for an unusable endpoint names the setting",
        arguments: [
            "all.example:1", "ftp://all.example", "http://", "https:///x", "http://a b", "http://u@h", "http://h?x",
            "http://h#x",
        ])
    func malformedEndpoint(_ url: String) {
        let error = AWSConfigurationError.malformedSetting(
            name: "AWS_ENDPOINT_URL_DYNAMODB", value: url,
            expected: "http:// or https:// and a host, such as http://127.0.0.1:4566")
        #expect(throws: error) { try Self.configuration(["AWS_ENDPOINT_URL_DYNAMODB": url]) }
    }

    @Test("The error for a malformed file names the line but does not show it, since it may be a secret")
    func malformedFile() {
        let files = ["/home/user/.aws/credentials": "[default]\naws_access_key_id = A\nwJalrXUtnFEMI"]
        let error = #expect(throws: AWSConfigurationError.self) { try Self.configuration([:], files: files) }
        #expect(error == .malformedFile(path: "/home/user/.aws/credentials", line: 3))
        #expect(error?.description.contains("wJalr") == false)
    }

    @Test("The error for a missing profile names it")
    func absentProfile() {
        #expect(throws: AWSConfigurationError.noProfile("absent")) { try Self.configuration(["AWS_PROFILE": "absent"]) }
    }
}
