// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@testable import AWS

/// The same environment and files lead to the same decisions as in botocore. `Tests/System/configuration_cases.py`
/// writes the fixture.
@Suite("AWSConfiguration compared with botocore")
struct ConfigurationCaseTests {
    struct Case: Decodable, Sendable {
        let name: String
        let environment: [String: String]
        let config: String
        let credentials: String
        let service: String
        let url: String?
        let region: String?
        let error: String?
    }

    private static func cases() throws -> [Case] {
        let url = try #require(
            Bundle.module.url(forResource: "configurations", withExtension: "json", subdirectory: "Fixtures"))
        return try JSONDecoder().decode([Case].self, from: Data(contentsOf: url))
    }

    @Test("Region and endpoint, or the reason of the error, are the same as in botocore")
    func decisions() throws {
        let cases = try Self.cases()
        #expect(cases.count > 300)
        for item in cases { #expect(Self.decision(on: item) == Self.expected(item), "\(item.name)") }
    }

    private enum Decision: Equatable {
        case request(url: String, region: String)
        case error(String)
    }

    private static func expected(_ item: Case) -> Decision {
        if let url = item.url, let region = item.region { return .request(url: url, region: region) }
        return .error(item.error ?? "")
    }

    private static func decision(on item: Case) -> Decision {
        let files = ["/home/.aws/config": item.config, "/home/.aws/credentials": item.credentials]
        do throws(AWSConfigurationError) {
            let environment = item.environment.merging(["HOME": "/home"]) { $1 }
            let configuration = try AWSConfiguration(environment: environment, readFile: { files[$0] })
            guard let service = AWSService.all.first(where: { $0.signingName == item.service }) else {
                return .error("no service \(item.service)")
            }
            return .request(url: configuration.endpoint(of: service).url, region: configuration.region)
        } catch {
            return .error(botocoresName(of: error))
        }
    }

    private static func botocoresName(of error: AWSConfigurationError) -> String {
        switch error {
        case .noRegion: "NoRegionError"
        case .noProfile: "ProfileNotFound"
        case .noServicesSection: "InvalidConfigError"
        case .malformedSetting(name: "the AWS region", _, _): "InvalidRegionError"
        case .malformedSetting: "ValueError"
        case .malformedFile: "ConfigParseError"
        case .noSuchEndpoint(_, kind: "FIPS", _): "EndpointResolutionError"
        case .noSuchEndpoint: "EndpointVariantError"
        }
    }
}
