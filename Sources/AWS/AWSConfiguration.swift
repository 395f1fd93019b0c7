import ByteComparison
import FoundationEssentials

/// What the environment and the profile's files say of region, endpoints and retries.
package struct AWSConfiguration: Sendable {
    package let region: String
    package let profile: String
    /// nil: as many as a client's policy has.
    package let maximumAttempts: Int?
    let files: [ProfileFile]
    let environment: [String: String]

    /// `readFile` gives a file's text, nil where there is none.
    package init(
        environment: [String: String],
        readFile: (String) -> String? = { try? String(contentsOfFile: $0, encoding: .utf8) }
    ) throws(AWSConfigurationError) {
        func setting(_ name: String) -> String? {
            environment[name].flatMap { $0.isEmpty ? nil : $0 }
        }
        let folder = "\(environment["HOME"] ?? "")/.aws"
        let files = [
            setting("AWS_SHARED_CREDENTIALS_FILE") ?? "\(folder)/credentials",
            setting("AWS_CONFIG_FILE") ?? "\(folder)/config",
        ].map { ProfileFile(readFile($0) ?? "") }
        let profile = setting("AWS_PROFILE") ?? "default"

        let fromFile = files.lazy.compactMap { $0[profile, "region"] }.first
        guard let region = setting("AWS_REGION") ?? setting("AWS_DEFAULT_REGION") ?? fromFile else {
            throw .noRegion
        }
        let attempts = setting("AWS_MAX_ATTEMPTS")
        maximumAttempts = attempts.flatMap { Int($0) }
        if let attempts, (maximumAttempts ?? 0) < 1 {
            throw .malformedSetting(name: "AWS_MAX_ATTEMPTS", value: attempts, expected: "a whole number from 1")
        }
        self.region = region
        self.profile = profile
        self.files = files
        self.environment = environment
    }

    /// The policy with as many attempts as the user wants.
    func applied(to policy: RetryPolicy) -> RetryPolicy {
        var policy = policy
        if let maximumAttempts { policy.maximumAttempts = maximumAttempts }
        return policy
    }

    /// The endpoint that was configured for the service in the environment or the profile, without a trailing slash.
    package func configuredEndpoint(of service: AWSService) -> String? {
        guard environment["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"]?.lowercased() != "true" else { return nil }
        let candidates = [
            environment["AWS_ENDPOINT_URL_\(service.settingName)"],
            environment["AWS_ENDPOINT_URL"],
            files.lazy.compactMap { $0[profile, "endpoint_url"] }.first,
        ]
        guard var url = candidates.compactMap({ $0 }).first(where: { !$0.isEmpty }) else { return nil }
        while url.last == "/" { url.removeLast() }
        return url
    }

    /// `s3.eu-west-1.amazonaws.com`; in China the domain is another.
    package func host(of service: AWSService) -> String {
        "\(service.hostPrefix).\(region).\(region.begins(with: "cn-") ? "amazonaws.com.cn" : "amazonaws.com")"
    }
}
