// SPDX-License-Identifier: Apache-2.0

import ByteComparison

/// AWS settings, by the names of their environment variables. They come from the environment or, where it has none, the
/// profile.
struct AWSSettings {
    let environment: [String: String]
    let profiles: Profiles
    let profile: Profile

    init(environment: [String: String], readFile: (String) -> String?) throws(AWSConfigurationError) {
        func file(_ path: String) throws(AWSConfigurationError) -> INIFile {
            try INIFile(readFile(path) ?? "", path: path)
        }
        let folder = "\(environment["HOME"] ?? "")/.aws"
        profiles = Profiles(
            config: try file(environment.nonEmpty("AWS_CONFIG_FILE") ?? "\(folder)/config"),
            credentials: try file(environment.nonEmpty("AWS_SHARED_CREDENTIALS_FILE") ?? "\(folder)/credentials"))
        let name = environment.nonEmpty("AWS_DEFAULT_PROFILE") ?? environment.nonEmpty("AWS_PROFILE")
        let profile = try profiles.profile(name ?? "default")
        if let name, profile == nil { throw .noProfile(name) }
        self.environment = environment
        self.profile = profile ?? .none
    }

    subscript(name: String) -> String? {
        environment.nonEmpty(name)
    }

    /// A setting such as `AWS_USE_FIPS_ENDPOINT`; a profile calls it `use_fips_endpoint`.
    func isTrue(_ name: String) -> Bool {
        let inProfile = name.removing(prefix: "AWS_").flatMap { profile[$0.lowercased()] }
        return (self[name] ?? inProfile)?.lowercased() == "true"
    }

    /// The endpoint that the user has set for this service or for all services, in the environment or else in the
    /// profile.
    func configuredEndpoint(of service: AWSService) throws(AWSConfigurationError) -> AWSEndpoint? {
        guard !isTrue("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS") else { return nil }
        let all = "AWS_ENDPOINT_URL"
        let own = "\(all)_\(service.settingName)"
        let candidates = [
            (own, self[own]), (all, self[all]), ("the profile's endpoint_url", profile.endpointURL(of: service)),
            ("the profile's endpoint_url", profile["endpoint_url"]),
        ]
        for case (let setting, let url?) in candidates { return try AWSEndpoint(configured: url, setting: setting) }
        return nil
    }
}
