// SPDX-License-Identifier: Apache-2.0

import DICOMNetwork
import NIOCore
import NIOEmbedded
import NIOSSL
import TestLog
import Testing

@testable import StorageSCP

@Suite struct ConnectionPipelineTests {
    /// A header from the load balancer 127.0.0.1 for the client 203.0.113.7; see `ProxySamples`.
    private static let proxyHeader: [UInt8] = [
        0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A, 0x21, 0x11, 0x00, 0x0C,
        203, 0, 113, 7, 192, 0, 2, 1, 0x9C, 0x40, 0x00, 0x68,
    ]
    /// The beginning of a TLS record of 512 bytes: its header and one byte of a handshake message.
    private static let halfClientHello: [UInt8] = [0x16, 0x03, 0x01, 0x02, 0x00, 0x01]

    private static let always = ["PROXY_PROTOCOL": "true"]
    private static let auto = ["PROXY_PROTOCOL": "auto", "PROXY_PROTOCOL_FROM": "127.0.0.0/8"]
    /// An A-ABORT, after which we close the connection.
    private static let abort: [UInt8] = [0x07, 0, 0, 0, 0, 4, 0, 0, 0, 0]

    private let log = RecordedLog(level: .info)

    /// An open connection, with a clock that the test advances.
    private func connect(
        tls: Bool, from address: String = "127.0.0.1", settings: [String: String] = [:]
    ) throws -> EmbeddedChannel {
        let pair = tls ? try TestCertificate().environment : [:]
        let configuration = try Configuration(environment: pair.merging(settings) { $1 })
        let service = Samples.service(configuration, logger: log.logger)
        var timeouts = AssociationTimeouts()
        timeouts.artim = .seconds(3)
        let pipeline = ConnectionPipeline(
            service: service, limits: AssociationLimits(), timeouts: timeouts,
            proxyProtocol: configuration.proxyProtocol,
            tls: tls ? try TLSContexts(#require(configuration.tls), logger: log.logger) : nil,
            advice: ConnectionAdvice(configuration: configuration), logger: log.logger)
        let channel = EmbeddedChannel()
        let peer = try SocketAddress(ipAddress: address, port: 50000)
        // An accepted connection knows its peer before it has handlers.
        channel.remoteAddress = peer
        try pipeline.addHandlers(to: channel).wait()
        try channel.connect(to: peer).wait()
        return channel
    }

    private func send(_ bytes: [UInt8], to channel: EmbeddedChannel) throws {
        try channel.writeInbound(ByteBuffer(bytes: bytes))
        channel.embeddedEventLoop.run()
    }

    @Test(
        "ARTIM closes the connection of a silent client, and not before", arguments: [false, true], [[:], always, auto])
    func silent(tls: Bool, settings: [String: String]) throws {
        let channel = try connect(tls: tls, settings: settings)
        channel.embeddedEventLoop.advanceTime(by: .milliseconds(2999))
        #expect(channel.isActive)
        channel.embeddedEventLoop.advanceTime(by: .milliseconds(1))
        #expect(!channel.isActive)
        #expect(log.lines.isEmpty)
    }

    @Test("ARTIM ends a handshake whose bytes arrive one by one, with one log line")
    func stalled() throws {
        let channel = try connect(tls: true)
        for byte in Self.halfClientHello {
            channel.embeddedEventLoop.advanceTime(by: .milliseconds(400))
            try send([byte], to: channel)
        }
        #expect(channel.isActive)
        channel.embeddedEventLoop.advanceTime(by: .milliseconds(600))
        #expect(!channel.isActive)
        #expect(log.lines.count == 1)
        #expect(log.lines.first?.contains("TLS handshake failed") == true)
        #expect(log.lines.first?.contains("\"peer\":\"127.0.0.1\"") == true)
    }

    @Test("ARTIM ends a client silent after the handshake, even if it does not answer the closing alert")
    func silentAfterHandshake() throws {
        let server = try connect(tls: true)
        _ = try shakeHands(with: server)
        // The observer leaves when the handshake is complete.
        #expect(throws: ChannelPipelineError.notFound) {
            try server.pipeline.syncOperations.handler(type: TLSInputObserver.self)
        }
        server.embeddedEventLoop.advanceTime(by: .milliseconds(2999))
        #expect(server.isActive)
        server.embeddedEventLoop.advanceTime(by: .milliseconds(1))
        #expect(try server.readOutbound(as: ByteBuffer.self) != nil)
        server.embeddedEventLoop.advanceTime(by: .seconds(1))
        #expect(!server.isActive)
        #expect(log.lines.count == 1)
        #expect(log.lines.first?.contains("TLS connection ended before a request") == true)
        #expect(log.lines.first?.contains("the receiver ended the connection") == true)
    }

    /// Runs a handshake with a new client as far as it goes, with two flights of each side.
    private func shakeHands(
        with server: EmbeddedChannel, _ configure: (inout TLSConfiguration) -> Void = { _ in }
    ) throws -> EmbeddedChannel {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.certificateVerification = .none
        configure(&configuration)
        let client = EmbeddedChannel(
            handler: try NIOSSLClientHandler(context: NIOSSLContext(configuration: configuration), serverHostname: nil))
        // The client's error ends the handshake; the test is about the server's log line.
        try? client.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 2762)).wait()
        for _ in 0..<3 {
            while let bytes = try client.readOutbound(as: ByteBuffer.self) { _ = try? server.writeInbound(bytes) }
            while let bytes = try server.readOutbound(as: ByteBuffer.self) { _ = try? client.writeInbound(bytes) }
        }
        server.embeddedEventLoop.run()
        return client
    }

    /// The reason in the only log line.
    private func reason(_ message: String = "TLS handshake failed") throws -> String {
        #expect(log.lines.count == 1, "\(log.lines)")
        let line = try #require(log.lines.first)
        #expect(line.contains(#""message":"\#(message)""#), "\(line)")
        let from = try #require(line.range(of: #""reason":""#)).upperBound
        return String(line[from...].prefix { $0 != "\"" })
    }

    @Test(
        "Another protocol on the TLS port is closed at once, with one log line that names it",
        arguments: [
            // The beginning of an A-ASSOCIATE-RQ.
            ([0x01, 0x00, 0x00, 0x00, 0x00, 0xD1], "a plain A-ASSOCIATE-RQ on the TLS port", "SCP_PORT=11112"),
            ([0x01], "a plain A-ASSOCIATE-RQ on the TLS port", "SCP_PORT=11112"),
            (Array("GET / HTTP/1.1\r\n\r\n".utf8), "an HTTP request on the TLS port", "HEALTH_PORT"),
            (proxyHeader, "a PROXY header on the TLS port", "PROXY_PROTOCOL=true"),
        ] as [([UInt8], String, String)])
    func noTLS(_ bytes: [UInt8], _ text: String, _ hint: String) throws {
        let channel = try connect(tls: true)
        try send(bytes, to: channel)
        #expect(!channel.isActive)
        #expect(try reason() == text)
        #expect(log.lines.first?.contains(hint) == true)
    }

    @Test("If TLS is required, the hint names no plain port")
    func noPlainPort() throws {
        let channel = try connect(tls: true, settings: ["REQUIRE_TLS": "true"])
        try send([0x01], to: channel)
        #expect(log.lines.first?.contains("REQUIRE_TLS=true") == true)
        #expect(log.lines.first?.contains("SCP_PORT") == false)
    }

    @Test(
        "Another protocol on the plain port is closed at once, with a log line that names it and has a hint",
        arguments: [
            ([0x16, 0x03, 0x01, 0x02, 0x00], [:], "a TLS client hello on a port without TLS", "TLS_CERTIFICATE"),
            (
                [0x16, 0x03, 0x01, 0x02, 0x00], ["TLS_PORT": "2763"], "a TLS client hello on a port without TLS",
                "TLS_PORT=2763"
            ),
            (Array("POST /".utf8), [:], "an HTTP request on a port for DICOM", "HEALTH_PORT"),
            (proxyHeader, [:], "a PROXY header on a port for DICOM", "PROXY_PROTOCOL=true"),
        ] as [([UInt8], [String: String], String, String)])
    func noDICOM(_ bytes: [UInt8], _ settings: [String: String], _ text: String, _ hint: String) throws {
        let pair = settings.isEmpty ? [:] : try TestCertificate().environment
        let channel = try connect(tls: false, settings: settings.merging(pair) { $1 })
        try send(bytes, to: channel)
        #expect(!channel.isActive)
        #expect(log.lines.count == 1)
        #expect(log.lines.first?.contains(#""end":"aborted by us: \#(text)""#) == true, "\(log.lines)")
        #expect(log.lines.first?.contains(hint) == true, "\(log.lines)")
    }

    @Test(
        "One log line says that a client does not trust our certificate",
        arguments: [TLSVersion.tlsv12, .tlsv13])
    func notTrusted(version: TLSVersion) throws {
        let server = try connect(tls: true)
        let other = try NIOSSLCertificate.fromPEMBytes(Array(TestCertificate().certificate.utf8))
        _ = try shakeHands(with: server) { configuration in
            (configuration.minimumTLSVersion, configuration.maximumTLSVersion) = (version, version)
            configuration.certificateVerification = .noHostnameVerification
            configuration.trustRoots = .certificates(other)
        }
        #expect(try reason().hasPrefix("the client does not trust our certificate: alert "))
        #expect(log.lines.first?.contains("authority of TLS_CERTIFICATE") == true)
    }

    @Test(
        "A client's alert that is not encrypted is logged, although BoringSSL reports another error",
        arguments: [
            (48, "the client does not trust our certificate: alert unknown_ca"),
            (42, "the client does not trust our certificate: alert bad_certificate"),
            (45, "the client says that our certificate has expired: alert certificate_expired"),
            (70, "the client does not accept the TLS version: alert protocol_version"),
            (40, "the client gave up: alert handshake_failure"), (199, "the client gave up: alert 199"),
        ] as [(UInt8, String)])
    func plainAlert(_ code: UInt8, _ text: String) throws {
        let server = try connect(tls: true)
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.minimumTLSVersion = .tlsv13
        let client = EmbeddedChannel(
            handler: try NIOSSLClientHandler(context: NIOSSLContext(configuration: configuration), serverHostname: nil))
        try client.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 2762)).wait()
        while let bytes = try client.readOutbound(as: ByteBuffer.self) { try server.writeInbound(bytes) }
        try? send([0x15, 0x03, 0x03, 0x00, 0x02, 0x02, code], to: server)
        #expect(try reason() == text)
    }

    @Test("One log line says that a client ended the connection after its handshake")
    func afterHandshake() throws {
        let server = try connect(tls: true)
        let client = try shakeHands(with: server)
        #expect(log.lines.isEmpty)
        client.close(promise: nil)
        while let bytes = try client.readOutbound(as: ByteBuffer.self) { _ = try? server.writeInbound(bytes) }
        server.embeddedEventLoop.run()
        #expect(try reason("TLS connection ended before a request") == "the client ended the connection")
        #expect(log.lines.first?.contains("may not trust TLS_CERTIFICATE") == true)
    }

    @Test("The log line says that client and receiver have no TLS version in common")
    func nothingInCommon() throws {
        let newOnly = try connect(tls: true, settings: ["TLS_MINIMUM_VERSION": "1.3"])
        _ = try shakeHands(with: newOnly) { $0.maximumTLSVersion = .tlsv12 }
        #expect(try reason() == "the client offers no TLS version that we accept")
        #expect(log.lines.first?.contains("TLS_MINIMUM_VERSION=1.3") == true)
    }

    @Test("The log line says that the client offers no accepted cipher suite")
    func noCipherSuite() throws {
        let server = try connect(tls: true)
        _ = try shakeHands(with: server) { configuration in
            configuration.maximumTLSVersion = .tlsv12
            configuration.cipherSuites = "ECDHE-ECDSA-AES128-SHA"
        }
        #expect(try reason() == "the client offers no cipher suite, group or signature algorithm that we accept")
    }

    @Test("The log line says that the client sent no certificate, although one is required")
    func clientCertificates() throws {
        let authority = try TestCertificate()
        let settings = ["TLS_CLIENT_CERTIFICATES": "required", "TLS_CLIENT_CA_CERTIFICATES": authority.certificate]
        _ = try shakeHands(with: try connect(tls: true, settings: settings))
        #expect(try reason() == "the client sent no certificate")
        #expect(log.lines.first?.contains("TLS_CLIENT_CERTIFICATES=required") == true)
    }

    @Test("A client that closes during the handshake causes one log line")
    func givenUp() throws {
        let channel = try connect(tls: true)
        try send(Self.halfClientHello, to: channel)
        try channel.close().wait()
        channel.embeddedEventLoop.run()
        #expect(log.lines.count == 1)
    }

    @Test("A health check that closes or resets the connection without a byte is not logged", arguments: [false, true])
    func probe(breaks: Bool) throws {
        for (tls, settings) in [false, true].flatMap({ tls in [[:], Self.always, Self.auto].map { (tls, $0) } }) {
            let channel = try connect(tls: tls, settings: settings)
            if breaks { channel.pipeline.fireErrorCaught(IOError(errnoCode: 104, reason: "read")) }
            channel.pipeline.fireChannelInactive()
            channel.embeddedEventLoop.run()
        }
        #expect(log.lines.isEmpty)
    }

    @Test(
        "A peer without the required PROXY header is refused with one log line", arguments: [false, true],
        [always, ["PROXY_PROTOCOL": "true", "PROXY_PROTOCOL_FROM": "127.0.0.1"]])
    func noHeader(tls: Bool, settings: [String: String]) throws {
        let channel = try connect(tls: tls, settings: settings)
        try send([0x01], to: channel)
        #expect(!channel.isActive)
        #expect(log.lines.count == 1)
        #expect(log.lines.first?.contains("without a valid PROXY header") == true)
    }

    @Test("After a PROXY header, the log line of a failed handshake has the peer's address, not the load balancer's")
    func proxiedHandshake() throws {
        let channel = try connect(tls: true, settings: Self.always)
        try send(Self.proxyHeader + [0x01, 0x00, 0x00, 0x00, 0x00], to: channel)
        #expect(log.lines.count == 1)
        #expect(log.lines.first?.contains("\"peer\":\"203.0.113.7\"") == true)
    }

    @Test("After a PROXY header, an association's summary has the peer's address")
    func proxiedAssociation() throws {
        let channel = try connect(tls: false, settings: Self.always)
        try send(Self.proxyHeader + Self.abort, to: channel)
        #expect(!channel.isActive)
        #expect(log.lines.count == 1)
        #expect(log.lines.first?.contains("\"peer\":\"203.0.113.7\"") == true)
    }

    @Test(
        "With an optional header, a summary has the header's address, or without a header the connection's",
        arguments: [
            (proxyHeader, "203.0.113.7"), (Array("PROXY TCP4 203.0.113.8 192.0.2.1 1 104\r\n".utf8), "203.0.113.8"),
            ([], "127.0.0.1"),
        ] as [([UInt8], String)])
    func optionalHeader(_ header: [UInt8], _ peer: String) throws {
        let channel = try connect(tls: false, settings: Self.auto)
        for byte in header + Self.abort { try send([byte], to: channel) }
        #expect(!channel.isActive)
        #expect(log.lines.count == 1)
        #expect(log.lines.first?.contains("\"peer\":\"\(peer)\"") == true, "\(log.lines)")
    }

    @Test(
        "With an optional header, a client without TLS is logged with the header's address, or the connection's",
        arguments: [false, true])
    func optionalHeaderBeforeTLS(hasHeader: Bool) throws {
        let channel = try connect(tls: true, settings: Self.auto)
        try send((hasHeader ? Self.proxyHeader : []) + [0x01, 0x00, 0x00, 0x00, 0x00], to: channel)
        #expect(try reason() == "a plain A-ASSOCIATE-RQ on the TLS port")
        #expect(log.lines.first?.contains("\"peer\":\"\(hasHeader ? "203.0.113.7" : "127.0.0.1")\"") == true)
    }

    @Test("With an optional header, a handshake without a header succeeds")
    func handshakeWithoutHeader() throws {
        let server = try connect(tls: true, settings: Self.auto)
        _ = try shakeHands(with: server)
        #expect(throws: ChannelPipelineError.notFound) {
            try server.pipeline.syncOperations.handler(type: TLSInputObserver.self)
        }
        #expect(log.lines.isEmpty)
    }

    @Test("With an optional header, a header that is not valid is refused with one log line", arguments: [false, true])
    func malformedHeader(tls: Bool) throws {
        let channel = try connect(tls: tls, settings: Self.auto)
        try send(Array("PROXY TCP4 203.0.113.7\r\n".utf8), to: channel)
        #expect(!channel.isActive)
        #expect(try reason("connection without a valid PROXY header refused").hasPrefix("version 1"))
        #expect(log.lines.first?.contains("PROXY_PROTOCOL=auto") == true)
    }

    @Test(
        "From other addresses than PROXY_PROTOCOL_FROM a header is another protocol, and DICOM without one is accepted",
        arguments: ["auto", "true"])
    func headerFromElsewhere(mode: String) throws {
        let settings = ["PROXY_PROTOCOL": mode, "PROXY_PROTOCOL_FROM": "10.0.0.0/24"]
        try send(Self.proxyHeader, to: try connect(tls: false, from: "192.0.2.9", settings: settings))
        try send(Self.proxyHeader, to: try connect(tls: true, from: "192.0.2.9", settings: settings))
        try send(Self.abort, to: try connect(tls: false, from: "192.0.2.9", settings: settings))
        #expect(log.lines.count == 3)
        for line in log.lines { #expect(line.contains(#""peer":"192.0.2.9""#), "\(line)") }
        for line in log.lines.prefix(2) { #expect(line.contains("PROXY_PROTOCOL_FROM=10.0.0.0/24"), "\(line)") }
        #expect(log.lines[0].contains("a PROXY header on a port for DICOM"))
        #expect(log.lines[1].contains("a PROXY header on the TLS port"))
        #expect(
            log.lines[2].contains("aborted by the peer") || log.lines[2].contains("aborted by peer"), "\(log.lines[2])")
    }
}
