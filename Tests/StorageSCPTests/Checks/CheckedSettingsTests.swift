// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import StorageSCP

@Suite("--check: settings")
struct CheckedSettingsTests {
    @Test("Every wrong setting is found, not only the first one")
    func all() {
        let settings = CheckedSettings(environment: [
            "SCP_PORT": "dicom", "AE_TITLE": "a title that is too long", "LOG_LEVEL": "LOUD", "TLS_PORT": "-1",
            "ACCESS_RULES": "[{\"callingAETitle\": \"A\", \"rigths\": []}]", "DELIVERY_QUIET_SECONDS": "0",
        ])
        let names = ["SCP_PORT", "TLS_PORT", "AE_TITLE", "ACCESS_RULES", "DELIVERY_QUIET_SECONDS", "LOG_LEVEL"]
        #expect(settings.errors.map(\.name) == names)
        #expect(settings.unusable == Set(names))
        #expect(settings.configuration?.port == 11112)
        #expect(settings.results.map(\.outcome) == names.map { _ in .failed })
    }

    @Test(
        "Settings that contradict one another are one error, and the rest stays usable",
        arguments: [
            ("TLS_PRIVATE_KEY", ["TLS_CERTIFICATE": "/c", "TLS_CLIENT_CERTIFICATES": "required"]),
            ("TLS_CERTIFICATE", ["TLS_PRIVATE_KEY": "/k"]), ("TLS_CERTIFICATE", ["REQUIRE_TLS": "true"]),
            ("PROXY_PROTOCOL_FROM", ["PROXY_PROTOCOL": "auto"]),
            ("PROXY_PROTOCOL", ["PROXY_PROTOCOL_FROM": "10.0.0.0/8"]),
            ("USER_IDENTITY_TYPES", ["USER_IDENTITY_URL": "https://id.test/"]),
            ("USER_IDENTITY_URL", ["USER_IDENTITY_TYPES": "3"]),
            ("TASK_LEASE_SECONDS", ["TASK_LEASE_SECONDS": "5"]),
            ("MAXIMUM_OPENINGS", ["MAXIMUM_OPENINGS": "16"]),
        ] as [(String, [String: String])])
    func contradictions(name: String, environment: [String: String]) {
        let settings = CheckedSettings(environment: environment.merging(["SCP_PORT": "104"]) { $1 })
        #expect(settings.errors.map(\.name) == [name])
        #expect(settings.configuration?.port == 104)
        #expect(settings.unusable([name, "SCP_PORT"]) == name)
        #expect(settings.unusable(["SCP_PORT"]) == nil)
    }

    @Test("Valid settings are counted; empty and foreign ones are not")
    func valid() {
        let settings = CheckedSettings(environment: ["SCP_PORT": "104", "AE_TITLE": "", "PATH": "/bin"])
        #expect(
            settings.results == [
                CheckResult(.ok, "settings", "1 set, all valid; the others have their defaults")
            ])
    }
}
