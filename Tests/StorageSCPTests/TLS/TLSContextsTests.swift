import Foundation
import TestLog
import Testing

@testable import StorageSCP

@Suite(.timeLimit(.minutes(1))) struct TLSContextsTests {
    private let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    private let log = RecordedLog(level: .info)

    private func path(_ name: String) -> String { folder.appending(path: name).path() }

    /// A file appears under its name whole, as all that replace certificates do it.
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

    @Test("PEM text in the settings themselves does for a file")
    func text() throws {
        let contexts = try contexts(TestCertificate().environment)
        let before = contexts.current
        contexts.reloadIfChanged()
        #expect(contexts.current === before)
        #expect(log.lines.isEmpty)
    }

    @Test("Files that are replaced are loaded anew, others not, and the end of the certificate is told")
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

    @Test("A link that is turned to other files counts as their replacement, as Kubernetes does it")
    func turnedLink() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        func turn(to name: String) throws {
            let pair = try TestCertificate()
            let target = folder.appending(path: name)
            try FileManager.default.createDirectory(at: target, withIntermediateDirectories: true)
            try Data(pair.certificate.utf8).write(to: target.appending(path: "certificate.pem"))
            try Data(pair.privateKey.utf8).write(to: target.appending(path: "key.pem"))
            // A new link takes the old one's name.
            try FileManager.default.createSymbolicLink(atPath: path("new"), withDestinationPath: name)
            #expect(rename(path("new"), path("data")) == 0)
        }
        try turn(to: "first")
        // The names that are configured are links themselves, and never change.
        for name in ["certificate.pem", "key.pem"] {
            try FileManager.default.createSymbolicLink(atPath: path(name), withDestinationPath: "data/\(name)")
        }
        let contexts = try contexts()
        let before = contexts.current
        try turn(to: "second")
        contexts.reloadIfChanged()
        #expect(contexts.current !== before)
    }

    @Test("What cannot be used leaves the old in place and is told once; the next that can is taken")
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

        // The key is still the old one's.
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
        #expect(log.lines.last?.contains("loaded anew") == true)
        #expect(!log.lines.contains { $0.contains("PRIVATE KEY-----") })
    }

    @Test("At the start what cannot be used is an error that names the setting and the place")
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

    @Test("The files are looked at as often as is set")
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
        // Asleep again: it has looked.
        await clock.sleepers(1)
        #expect(contexts.current !== before)
        loop.cancel()
        await loop.value
    }
}
