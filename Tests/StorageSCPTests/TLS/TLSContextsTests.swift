// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestLog
import Testing

@testable import StorageSCP

@Suite(.timeLimit(.minutes(1))) struct TLSContextsTests {
    private let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    private let log = RecordedLog(level: .info)

    private func path(_ name: String) -> String { folder.appending(path: name).path() }

    /// Replaces the file atomically, as all programs that renew certificates do.
    private func write(_ text: String, to name: String) throws {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try Data(text.utf8).write(to: folder.appending(path: name), options: .atomic)
    }

    private func write(_ pair: TestCertificate) throws {
        try write(pair.certificate, to: "certificate.pem")
        try write(pair.privateKey, to: "key.pem")
    }

    private func contexts(_ environment: [String: String] = [:]) throws -> TLSContexts {
        let files = ["TLS_CERTIFICATE": path("certificate.pem"), "TLS_PRIVATE_KEY": path("key.pem")]
        let settings = try TLSSettings(Settings(files.merging(environment) { $1 }))
        return try TLSContexts(#require(settings), logger: log.logger)
    }

    @Test("PEM text in a setting is used like a file")
    func text() throws {
        let contexts = try contexts(TestCertificate().environment)
        let before = contexts.current
        contexts.reloadIfChanged()
        #expect(contexts.current === before)
        #expect(log.lines.isEmpty)
    }

    @Test("Replaced files are reloaded, unchanged ones are not, and the log has the expiry of the certificate")
    func replaced() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        try write(TestCertificate())
        let contexts = try contexts()
        let before = contexts.current
        contexts.reloadIfChanged()
        #expect(contexts.current === before)
        try write(TestCertificate())
        contexts.reloadIfChanged()
        #expect(contexts.current !== before)
        #expect(log.lines.count == 1)
        #expect(log.lines[0].contains("\"notAfter\":\"\(contexts.notAfter)\""))
        #expect(log.lines[0].contains(path("certificate.pem")))
    }

    @Test("A link changed to other files, as Kubernetes does it, counts as a replacement")
    func turnedLink() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        func turn(to name: String) throws {
            let pair = try TestCertificate()
            let target = folder.appending(path: name)
            try FileManager.default.createDirectory(at: target, withIntermediateDirectories: true)
            try Data(pair.certificate.utf8).write(to: target.appending(path: "certificate.pem"))
            try Data(pair.privateKey.utf8).write(to: target.appending(path: "key.pem"))
            // The new link replaces the old one atomically.
            try FileManager.default.createSymbolicLink(atPath: path("new"), withDestinationPath: name)
            #expect(rename(path("new"), path("data")) == 0)
        }
        try turn(to: "first")
        // The configured names are links that never change themselves.
        for name in ["certificate.pem", "key.pem"] {
            try FileManager.default.createSymbolicLink(atPath: path(name), withDestinationPath: "data/\(name)")
        }
        let contexts = try contexts()
        let before = contexts.current
        try turn(to: "second")
        contexts.reloadIfChanged()
        #expect(contexts.current !== before)
    }

    @Test("Files that cannot be used are logged once and the previous certificate stays; usable ones are loaded")
    func broken() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        try write(TestCertificate())
        let contexts = try contexts()
        let before = contexts.current
        let next = try TestCertificate()

        try write("no certificate", to: "certificate.pem")
        contexts.reloadIfChanged()
        contexts.reloadIfChanged()
        #expect(contexts.current === before)
        #expect(log.lines.count == 1)
        #expect(log.lines.last?.contains("TLS_CERTIFICATE, \(path("certificate.pem"))") == true)

        // The key still belongs to the previous certificate.
        try write(next.certificate, to: "certificate.pem")
        contexts.reloadIfChanged()
        #expect(contexts.current === before)
        #expect(log.lines.count == 2)
        #expect(log.lines.last?.contains("TLS_PRIVATE_KEY, \(path("key.pem"))") == true)

        try FileManager.default.removeItem(atPath: path("key.pem"))
        contexts.reloadIfChanged()
        #expect(contexts.current === before)
        #expect(log.lines.last?.contains("No such file") == true)

        try write(next.privateKey, to: "key.pem")
        contexts.reloadIfChanged()
        #expect(contexts.current !== before)
        #expect(log.lines.last?.contains("TLS certificate reloaded") == true)
        #expect(!log.lines.contains { $0.contains("PRIVATE KEY-----") })
    }

    @Test("At the start a file that cannot be used is an error that names the setting and the file")
    func start() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let missing = #expect(throws: TLSLoadingError.self) { try contexts() }
        #expect(missing?.setting == "TLS_CERTIFICATE")
        #expect(missing?.place == path("certificate.pem"))

        try write(TestCertificate())
        try write(TestCertificate().privateKey, to: "key.pem")
        #expect(throws: TLSLoadingError.self) { try contexts() }

        let authorities = ["TLS_CLIENT_CERTIFICATES": "required", "TLS_CLIENT_CA_CERTIFICATES": path("key.pem")]
        try write(TestCertificate())
        let noAuthority = #expect(throws: TLSLoadingError.self) { try contexts(authorities) }
        #expect(noAuthority?.setting == "TLS_CLIENT_CA_CERTIFICATES")
    }

    @Test("The files are checked at the configured interval")
    func interval() async throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        try write(TestCertificate())
        let contexts = try contexts(["TLS_RELOAD_SECONDS": "5"])
        let before = contexts.current
        let clock = ManualClock()
        let loop = Task { await contexts.keepCurrent(clock: clock) }
        await clock.sleepers(1)
        try write(TestCertificate())
        clock.advance(by: .seconds(5))
        // It sleeps again, so it has checked the files.
        await clock.sleepers(1)
        #expect(contexts.current !== before)
        loop.cancel()
        await loop.value
    }
}
