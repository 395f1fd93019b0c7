// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@testable import StorageSCP

@Suite("--check: certificates")
struct CertificateCheckTests {
    private func results(_ environment: [String: String], now: Date = Date()) throws -> [CheckResult] {
        let settings = try #require(try TLSSettings(Settings(environment)))
        return CertificateCheck(settings: settings, now: now).results()
    }

    /// The outcome and the setting of each result.
    private func summary(_ results: [CheckResult]) -> [String] { results.map { "\($0.outcome) \($0.subject)" } }

    @Test("A certificate that ends within thirty days is a warning, an expired one and one of the future are errors")
    func validity() throws {
        let pair = try TestCertificate()
        // It is valid for two days.
        let soon = try results(pair.environment)
        #expect(summary(soon) == ["warning TLS_CERTIFICATE", "ok TLS_CERTIFICATE", "ok TLS_PRIVATE_KEY"])
        #expect(soon[0].finding.contains("our own certificate expires on"))
        let expired = try results(pair.environment, now: Date() + 3 * 86_400)
        #expect(summary(expired)[0] == "failed TLS_CERTIFICATE")
        #expect(expired[0].finding.contains("expired on"))
        let early = try results(pair.environment, now: Date() - 3 * 86_400)
        #expect(summary(early)[0] == "failed TLS_CERTIFICATE")
        #expect(early[0].finding.contains("not valid before"))
    }

    @Test("A key of another certificate, and files that cannot be read, are errors of their own settings")
    func unusable() throws {
        let (pair, other) = (try TestCertificate(), try TestCertificate())
        let mixed = ["TLS_CERTIFICATE": pair.certificate, "TLS_PRIVATE_KEY": other.privateKey]
        #expect(summary(try results(mixed)).last == "failed TLS_PRIVATE_KEY")
        let absent = ["TLS_CERTIFICATE": "/nowhere/c.pem", "TLS_PRIVATE_KEY": pair.privateKey]
        #expect(summary(try results(absent)) == ["failed TLS_CERTIFICATE", "warning TLS_PRIVATE_KEY"])
        let noKey = ["TLS_CERTIFICATE": pair.certificate, "TLS_PRIVATE_KEY": "/nowhere/k.pem"]
        #expect(summary(try results(noKey)).last == "failed TLS_PRIVATE_KEY")
    }

    @Test("A chain whose certificates did not issue one another is a warning")
    func order() throws {
        let (pair, other) = (try TestCertificate(), try TestCertificate(commonName: "another.test"))
        let chain = ["TLS_CERTIFICATE": pair.certificate + other.certificate, "TLS_PRIVATE_KEY": pair.privateKey]
        let found = try results(chain)
        #expect(found[1].outcome == .warning)
        #expect(found[1].finding == "certificate 1 was not issued by certificate 2")
    }

    @Test("Authorities of clients are counted, and expired ones are a warning")
    func authorities() throws {
        let (pair, authority) = (try TestCertificate(), try TestCertificate())
        let settings = pair.environment.merging([
            "TLS_CLIENT_CERTIFICATES": "required", "TLS_CLIENT_CA_CERTIFICATES": authority.certificate,
        ]) { $1 }
        #expect(summary(try results(settings)).last == "ok TLS_CLIENT_CA_CERTIFICATES")
        let later = try results(settings, now: Date() + 3 * 86_400)
        #expect(summary(later).last == "warning TLS_CLIENT_CA_CERTIFICATES")
    }

    @Test("No line has the key or its text")
    func secrets() throws {
        let pair = try TestCertificate()
        let key = pair.privateKey.split(separator: "\n")[1]
        for environment in [
            pair.environment, ["TLS_CERTIFICATE": pair.certificate, "TLS_PRIVATE_KEY": String(key)],
        ] {
            #expect(!(try results(environment)).contains { $0.description.contains(key) })
        }
    }
}
