// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import StorageSCP

@Suite struct TLSSettingsTests {
    private static let pair = ["TLS_CERTIFICATE": "/tls/certificate.pem", "TLS_PRIVATE_KEY": "/tls/key.pem"]

    @Test("Without a certificate there is no TLS port and no health port")
    func absent() throws {
        let configuration = try Configuration(environment: [:])
        #expect(configuration.tls == nil)
        #expect(!configuration.requiresTLS)
        #expect(configuration.healthPort == nil)
    }

    @Test("A certificate and its key are enough to open the TLS port")
    func defaults() throws {
        let tls = try #require(try Configuration(environment: Self.pair).tls)
        #expect(tls.port == 2762)
        #expect(tls.certificate.place == "/tls/certificate.pem")
        #expect(tls.privateKey.place == "/tls/key.pem")
        #expect(tls.clientAuthorities == nil)
        #expect(tls.minimumVersion == .tls12)
        #expect(tls.reloadSeconds == 60)
    }

    @Test("Every setting is read")
    func settings() throws {
        let configuration = try Configuration(
            environment: Self.pair.merging([
                "TLS_PORT": "0", "REQUIRE_TLS": "true", "TLS_CLIENT_CERTIFICATES": "required",
                "TLS_CLIENT_CA_CERTIFICATES": "/tls/ca.pem", "TLS_MINIMUM_VERSION": "1.3", "TLS_RELOAD_SECONDS": "1",
                "HEALTH_PORT": "8080",
            ]) { $1 })
        let tls = try #require(configuration.tls)
        #expect(tls.port == 0)
        #expect(tls.clientAuthorities?.place == "/tls/ca.pem")
        #expect(tls.minimumVersion == .tls13)
        #expect(tls.reloadSeconds == 1)
        #expect(configuration.requiresTLS)
        #expect(configuration.healthPort == 8080)
    }

    @Test(
        "The error names the setting that is missing, contradictory or not valid",
        arguments: [
            ("TLS_PRIVATE_KEY", ["TLS_CERTIFICATE": "/c"]),
            ("TLS_CERTIFICATE", ["TLS_PRIVATE_KEY": "/k"]),
            ("TLS_CERTIFICATE", ["REQUIRE_TLS": "true"]),
            ("TLS_CERTIFICATE", ["TLS_CLIENT_CERTIFICATES": "required"]),
            ("TLS_CERTIFICATE", ["TLS_CLIENT_CA_CERTIFICATES": "/ca"]),
            ("TLS_CLIENT_CA_CERTIFICATES", pair.merging(["TLS_CLIENT_CERTIFICATES": "required"]) { $1 }),
            ("TLS_CLIENT_CERTIFICATES", pair.merging(["TLS_CLIENT_CA_CERTIFICATES": "/ca"]) { $1 }),
            ("TLS_CLIENT_CERTIFICATES", pair.merging(["TLS_CLIENT_CERTIFICATES": "optional"]) { $1 }),
            ("TLS_MINIMUM_VERSION", ["TLS_MINIMUM_VERSION": "1.1"]),
            ("TLS_PORT", ["TLS_PORT": "dicom-tls"]),
            ("TLS_RELOAD_SECONDS", ["TLS_RELOAD_SECONDS": "0"]),
            ("REQUIRE_TLS", ["REQUIRE_TLS": "perhaps"]),
            ("HEALTH_PORT", ["HEALTH_PORT": "65536"]),
        ] as [(String, [String: String])])
    func unusable(name: String, environment: [String: String]) {
        do {
            _ = try Configuration(environment: environment)
            Issue.record("expected an error")
        } catch {
            #expect(error.name == name)
            #expect(error.description.contains("expected"))
        }
    }

    @Test("The error does not repeat a key without its first line, which looks like a path")
    func lostLine() {
        let key = PEMSource(setting: "TLS_PRIVATE_KEY", value: "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49/wEHBG0wawIBAQQg")
        let error = #expect(throws: TLSLoadingError.self) { try key.read() }
        #expect(error?.description.contains("TLS_PRIVATE_KEY") == true)
        #expect(error?.description.contains("MIGH") == false)
    }
}
