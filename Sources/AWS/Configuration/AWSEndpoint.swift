// SPDX-License-Identifier: Apache-2.0

import ByteComparison

/// The URL of a service.
package struct AWSEndpoint: Sendable, Equatable {
    /// Without a trailing slash.
    package let url: String
    /// Whether the user has set it; false for AWS's own endpoint.
    package let isConfigured: Bool

    /// The endpoint that the user has set. `setting` is the name of the setting, for errors.
    init(configured url: String, setting: String) throws(AWSConfigurationError) {
        let authority = url.removing(prefix: "https://") ?? url.removing(prefix: "http://")
        let isUsable =
            authority.map { text in
                !text.isEmpty && text.first != "/"
                    && text.utf8.allSatisfy { (0x21...0x7E).contains($0) && !"@?#\\\"".utf8.contains($0) }
            } ?? false
        guard isUsable else {
            throw .malformedSetting(
                name: setting, value: url, expected: "http:// or https:// and a host, such as http://127.0.0.1:4566")
        }
        var url = url
        while url.last == "/" { url.removeLast() }
        self.url = url
        isConfigured = true
    }

    /// AWS's own endpoint of the service.
    init(
        of service: AWSService, in region: AWSRegion, isFIPS: Bool, isDualStack: Bool
    ) throws(AWSConfigurationError) {
        let partition = region.partition
        if isDualStack && partition.dualStackDomain == nil {
            throw .noSuchEndpoint(service: service.signingName, kind: "dual-stack", region: region.name)
        }
        if isFIPS && partition.name == "aws-cn" {
            throw .noSuchEndpoint(service: service.signingName, kind: "FIPS", region: region.name)
        }
        let prefix: String
        var domain = partition.domain
        if service == .s3 {
            prefix = "s3\(isFIPS ? "-fips" : "")\(isDualStack ? ".dualstack" : "")"
        } else {
            prefix = service.hostPrefix + Self.suffix(of: service, in: region, isFIPS: isFIPS, isDualStack: isDualStack)
            if isDualStack, let dualStack = partition.dualStackDomain { domain = dualStack }
        }
        url = "https://\(prefix).\(region.name).\(domain)"
        isConfigured = false
    }

    /// In AWS GovCloud (US), some endpoints are FIPS endpoints although their names do not say so.
    private static func suffix(
        of service: AWSService, in region: AWSRegion, isFIPS: Bool, isDualStack: Bool
    ) -> String {
        let plain = isFIPS ? "-fips" : ""
        guard region.partition.name == "aws-us-gov" else { return plain }
        switch (service, isDualStack) {
        case (.stepFunctions, true): return "-fips"
        case (.stepFunctions, false): return region.name == "us-gov-west-1" ? "" : plain
        case (.dynamoDB, false), (.sts, false), (.cloudFormation, false), (.logs, false): return ""
        default: return plain
        }
    }
}
