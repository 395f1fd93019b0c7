// SPDX-License-Identifier: Apache-2.0

/// An AWS setting that is missing or not usable.
package enum AWSConfigurationError: Error, Equatable, CustomStringConvertible {
    case noRegion
    case noProfile(String)
    case noServicesSection(String, profile: String)
    case malformedSetting(name: String, value: String, expected: String)
    /// Without the text of the line, which can contain a secret.
    case malformedFile(path: String, line: Int)
    case noSuchEndpoint(service: String, kind: String, region: String)

    package var description: String {
        switch self {
        case .noRegion: "no AWS region: set AWS_REGION, or region in the profile of AWS_CONFIG_FILE"
        case .noProfile(let name):
            """
            no AWS profile "\(name)": expected [profile \(name)] in ~/.aws/config (AWS_CONFIG_FILE) or [\(name)] in \
            ~/.aws/credentials (AWS_SHARED_CREDENTIALS_FILE)
            """
        case .noServicesSection(let name, let profile):
            "the AWS profile \"\(profile)\" names services = \(name), but [services \(name)] is missing"
        case .malformedSetting(let name, let value, let expected): "\(name) is \"\(value)\", expected \(expected)"
        case .malformedFile(let path, let line):
            "\(path), line \(line): expected [section] or name = value, each at most once"
        case .noSuchEndpoint(let service, let kind, let region):
            "AWS has no \(kind) endpoint for \(service) in \(region): unset AWS_USE_FIPS_ENDPOINT or AWS_USE_DUALSTACK_ENDPOINT"
        }
    }
}
