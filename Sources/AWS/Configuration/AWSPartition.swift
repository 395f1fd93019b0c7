// SPDX-License-Identifier: Apache-2.0

import ByteComparison

/// An AWS partition, with its own regions, accounts and domains.
struct AWSPartition: Sendable, Equatable {
    let name: String
    /// The prefix of the names of its regions.
    let prefix: String
    let domain: String
    /// The domain of its dual-stack endpoints (IPv4 and IPv6); `nil` if it has none.
    let dualStackDomain: String?

    static func of(region: String) -> AWSPartition {
        special.first { $0.holds(region) } ?? commercial
    }

    static let commercial = AWSPartition(name: "aws", prefix: "", domain: "amazonaws.com", dualStackDomain: "api.aws")

    private static let special = [
        AWSPartition(
            name: "aws-cn", prefix: "cn-", domain: "amazonaws.com.cn", dualStackDomain: "api.amazonwebservices.com.cn"),
        AWSPartition(name: "aws-us-gov", prefix: "us-gov-", domain: "amazonaws.com", dualStackDomain: "api.aws"),
        AWSPartition(
            name: "aws-eusc", prefix: "eusc-", domain: "amazonaws.eu", dualStackDomain: "api.amazonwebservices.eu"),
        AWSPartition(name: "aws-iso", prefix: "us-iso-", domain: "c2s.ic.gov", dualStackDomain: "api.aws.ic.gov"),
        AWSPartition(name: "aws-iso-b", prefix: "us-isob-", domain: "sc2s.sgov.gov", dualStackDomain: "api.aws.scloud"),
        AWSPartition(name: "aws-iso-e", prefix: "eu-isoe-", domain: "cloud.adc-e.uk", dualStackDomain: nil),
        AWSPartition(name: "aws-iso-f", prefix: "us-isof-", domain: "csp.hci.ic.gov", dualStackDomain: nil),
    ]

    /// Whether the name is a region of this partition: `cn-north-1` is, `cn-x` is not.
    private func holds(_ region: String) -> Bool {
        guard let place = region.removing(prefix: prefix)?.split(separator: "-"), place.count > 1 else { return false }
        return place.last.flatMap { Int($0) } != nil
    }
}
