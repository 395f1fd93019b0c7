// SPDX-License-Identifier: Apache-2.0

import DICOMNetwork
import NIOCore
import Testing

@testable import StorageSCP

@Suite struct ProxyProtocolSettingsTests {
    private static let ranges = "10.0.0.0/24, 10.0.1.7,fd00::/8"

    private func takesHeader(
        from address: String?, _ mode: String, _ ranges: String? = nil
    ) throws(ConfigurationError) -> Bool {
        var environment = ["PROXY_PROTOCOL": mode]
        environment["PROXY_PROTOCOL_FROM"] = ranges
        let settings = try Configuration(environment: environment).proxyProtocol
        return settings.handler(for: address.flatMap { try? SocketAddress(ipAddress: $0, port: 50000) }) != nil
    }

    @Test("Without settings no header is accepted")
    func absent() throws {
        let settings = try Configuration(environment: [:]).proxyProtocol
        #expect(settings.mode == .never)
        #expect(try settings.handler(for: SocketAddress(ipAddress: "10.0.0.1", port: 50000)) == nil)
    }

    @Test("PROXY_PROTOCOL=true alone accepts a header from every address")
    func everywhere() throws {
        #expect(try takesHeader(from: "192.0.2.1", "true"))
        #expect(try takesHeader(from: nil, "True"))
    }

    @Test(
        "With PROXY_PROTOCOL_FROM a header is accepted from its ranges only",
        arguments: [
            ("10.0.0.0", true), ("10.0.0.255", true), ("10.0.1.7", true), ("fd00::1", true), ("::ffff:10.0.0.9", true),
            ("10.0.1.0", false), ("10.0.1.8", false), ("fe80::1", false), ("::1", false), (nil, false),
        ] as [(String?, Bool)], ["auto", "true"])
    func ranges(_ peer: (String?, Bool), mode: String) throws {
        #expect(try takesHeader(from: peer.0, mode, Self.ranges) == peer.1)
    }

    @Test(
        "The error names the setting that is missing, contradictory or not valid",
        arguments: [
            ("PROXY_PROTOCOL", ["PROXY_PROTOCOL": "v1"]),
            ("PROXY_PROTOCOL_FROM", ["PROXY_PROTOCOL": "auto"]),
            ("PROXY_PROTOCOL_FROM", ["PROXY_PROTOCOL": "auto", "PROXY_PROTOCOL_FROM": ""]),
            ("PROXY_PROTOCOL_FROM", ["PROXY_PROTOCOL": "auto", "PROXY_PROTOCOL_FROM": " ,"]),
            ("PROXY_PROTOCOL_FROM", ["PROXY_PROTOCOL": "true", "PROXY_PROTOCOL_FROM": " ,"]),
            ("PROXY_PROTOCOL_FROM", ["PROXY_PROTOCOL": "auto", "PROXY_PROTOCOL_FROM": "10.0.0.0/24,10.0.0.0/33"]),
            ("PROXY_PROTOCOL_FROM", ["PROXY_PROTOCOL": "auto", "PROXY_PROTOCOL_FROM": "balancer"]),
            ("PROXY_PROTOCOL", ["PROXY_PROTOCOL_FROM": "10.0.0.0/24"]),
        ] as [(String, [String: String])])
    func unusable(name: String, environment: [String: String]) {
        let error = #expect(throws: ConfigurationError.self) { try Configuration(environment: environment) }
        #expect(error?.name == name)
    }
}
