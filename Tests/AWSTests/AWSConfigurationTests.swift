import AWS
import Testing

@Suite("AWSConfiguration")
struct AWSConfigurationTests {
    /// What lies at `~/.aws/config`, unless a test says otherwise.
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
        "The region is that of the environment, or else of the profile",
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

    @Test("Without a region there is no configuration", arguments: [[:], ["AWS_PROFILE": "absent"]])
    func noRegion(_ environment: [String: String]) {
        let files = environment.isEmpty ? [:] : ["/home/user/.aws/config": Self.configFile]
        #expect(throws: AWSConfigurationError.noRegion) { try Self.configuration(environment, files: files) }
    }

    @Test("The files may lie elsewhere, the credentials file counts first")
    func files() throws {
        let environment = ["AWS_SHARED_CREDENTIALS_FILE": "/c", "AWS_CONFIG_FILE": "/f"]
        let files = ["/c": "[default]\nregion = from-credentials", "/f": "[default]\nregion = from-config"]
        #expect(try Self.configuration(environment, files: files).region == "from-credentials")
        let configOnly = files.filter { $0.key == "/f" }
        #expect(try Self.configuration(environment, files: configOnly).region == "from-config")
    }

    @Test("The number of attempts is 5 or as set")
    func attempts() throws {
        #expect(try Self.configuration([:]).maximumAttempts == nil)
        #expect(try Self.configuration(["AWS_MAX_ATTEMPTS": "1"]).maximumAttempts == 1)
    }

    @Test("A number of attempts that is none is refused", arguments: ["0", "-1", "three", "1.5"])
    func malformedAttempts(_ value: String) {
        #expect(
            throws: AWSConfigurationError.malformedSetting(
                name: "AWS_MAX_ATTEMPTS", value: value, expected: "a whole number from 1")
        ) {
            try Self.configuration(["AWS_MAX_ATTEMPTS": value])
        }
    }

    @Test(
        "An endpoint is the service's own, the general one, or the profile's",
        arguments: [
            (["AWS_ENDPOINT_URL": "http://all", "AWS_ENDPOINT_URL_S3": "http://s3"], AWSService.s3, "http://s3"),
            (["AWS_ENDPOINT_URL": "http://all", "AWS_ENDPOINT_URL_S3": "http://s3"], .dynamoDB, "http://all"),
            (["AWS_ENDPOINT_URL_SFN": "http://sfn"], .stepFunctions, "http://sfn"),
            (["AWS_ENDPOINT_URL_DYNAMODB": "http://db"], .dynamoDB, "http://db"),
            (["AWS_ENDPOINT_URL_MEDICAL_IMAGING": "http://mi"], .healthImaging, "http://mi"),
            (["AWS_ENDPOINT_URL": "http://all//"], .s3, "http://all"),
            (["AWS_ENDPOINT_URL": ""], .s3, "http://default.example:1"),
            (["AWS_PROFILE": "scanner"], .s3, "http://scanner.example:2"),
            (["AWS_ENDPOINT_URL": "http://all", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "True"], .s3, nil),
            (["AWS_ENDPOINT_URL": "http://all", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "false"], .s3, "http://all"),
        ] as [([String: String], AWSService, String?)])
    func endpoint(_ environment: [String: String], _ service: AWSService, _ endpoint: String?) throws {
        #expect(try Self.configuration(environment).configuredEndpoint(of: service) == endpoint)
    }

    @Test(
        "A service's host holds the region and the domain of its part of the world",
        arguments: [
            ("eu-west-1", AWSService.s3, "s3.eu-west-1.amazonaws.com"),
            ("us-gov-west-1", .stepFunctions, "states.us-gov-west-1.amazonaws.com"),
            ("us-east-1", .healthImaging, "medical-imaging.us-east-1.amazonaws.com"),
            ("cn-north-1", .dynamoDB, "dynamodb.cn-north-1.amazonaws.com.cn"),
        ])
    func host(_ region: String, _ service: AWSService, _ host: String) throws {
        let configuration = try Self.configuration(["AWS_REGION": region], files: [:])
        #expect(configuration.host(of: service) == host)
        #expect(configuration.configuredEndpoint(of: service) == nil)
    }
}
