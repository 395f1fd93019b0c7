// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@testable import HTTP

@Suite("CertificateAuthorities")
struct CertificateAuthoritiesTests {
    @Test("The bundle named in the environment is used if it is readable")
    func configured() throws {
        let bundle = FileManager.default.temporaryDirectory.appending(path: "bundle-\(UUID()).pem").path
        #expect(CertificateAuthorities.find { _ in bundle } != bundle)
        try "".write(toFile: bundle, atomically: true, encoding: .utf8)
        defer { try? FileManager.default.removeItem(atPath: bundle) }
        #expect(CertificateAuthorities.find { $0 == "AWS_CA_BUNDLE" ? bundle : nil } == bundle)
    }

    @Test("Without this setting, or if it is empty, the machine's bundle is used", arguments: [nil, ""])
    func machine(_ setting: String?) {
        let found = CertificateAuthorities.find { _ in setting }
        #expect(found.map { $0.hasPrefix("/etc/") } ?? true)
    }
}
