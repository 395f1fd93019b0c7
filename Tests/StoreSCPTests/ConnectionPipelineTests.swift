import DICOMNetwork
import NIOCore
import NIOEmbedded
import NIOSSL
import TestLog
import Testing

@testable import StorageSCP

@Suite struct ConnectionPipelineTests {
    /// From the load balancer 127.0.0.1 for 203.0.113.7; see the tests of the header.
    private static let proxyHeader: [UInt8] = [
        0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A, 0x21, 0x11, 0x00, 0x0C,
        203, 0, 113, 7, 192, 0, 2, 1, 0x9C, 0x40, 0x00, 0x68,
    ]
    /// A TLS record that holds a handshake message of 512 bytes, of which one is there.
    private static let halfClientHello: [UInt8] = [0x16, 0x03, 0x01, 0x02, 0x00, 0x01]

    private let log = RecordedLog(level: .info)

    /// A connection that is open, with a clock that the test advances.
    private func connect(tls: Bool, usesProxyProtocol: Bool = false) throws -> EmbeddedChannel {
        let pair = tls ? try TestCertificate().environment : [:]
        let configuration = try Configuration(environment: pair)
        let store = MemoryStore()
        let associations = OpenAssociations(limits: configuration.network.associations)
        let service = StorageService(
            configuration: configuration, store: store,
            deliveries: Deliveries(
                store: store, limits: configuration.delivery,
                lease: HeldLease(store: store, seconds: 60, logger: log.logger),
                associations: associations, logger: log.logger),
            associations: associations, uploads: UploadsInProgress(), logger: log.logger)
        var timeouts = AssociationTimeouts()
        timeouts.artim = .seconds(3)
        let pipeline = ConnectionPipeline(
            service: service, limits: AssociationLimits(), timeouts: timeouts, usesProxyProtocol: usesProxyProtocol,
            tls: try configuration.tls.map { try TLSContexts($0, logger: log.logger) }, logger: log.logger)
        let channel = EmbeddedChannel()
        try pipeline.addHandlers(to: channel).wait()
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 50000)).wait()
        return channel
    }

    private func send(_ bytes: [UInt8], to channel: EmbeddedChannel) throws {
        try channel.writeInbound(ByteBuffer(bytes: bytes))
        channel.embeddedEventLoop.run()
    }

    @Test("A silent client ends with ARTIM, and not before", arguments: [false, true], [false, true])
    func silent(tls: Bool, usesProxyProtocol: Bool) throws {
        let channel = try connect(tls: tls, usesProxyProtocol: usesProxyProtocol)
        channel.embeddedEventLoop.advanceTime(by: .milliseconds(2999))
        #expect(channel.isActive)
        channel.embeddedEventLoop.advanceTime(by: .milliseconds(1))
        #expect(!channel.isActive)
        #expect(log.lines.isEmpty)
    }

    @Test("A handshake that stalls ends with ARTIM, however its bytes dribble, and is one line")
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

    @Test("A client that is silent after the handshake ends with ARTIM, also if it does not answer the closing alert")
    func silentAfterHandshake() throws {
        let server = try connect(tls: true)
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.certificateVerification = .none
        let client = EmbeddedChannel(
            handler: try NIOSSLClientHandler(context: NIOSSLContext(configuration: configuration), serverHostname: nil))
        try client.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 2762)).wait()
        // Both flights of either side.
        for _ in 0..<2 {
            while let bytes = try client.readOutbound(as: ByteBuffer.self) { try server.writeInbound(bytes) }
            while let bytes = try server.readOutbound(as: ByteBuffer.self) { try client.writeInbound(bytes) }
        }
        // The handshake is done when the handler that would tell its failure has left.
        #expect(throws: ChannelPipelineError.notFound) {
            try server.pipeline.syncOperations.handler(type: ConnectionFailureHandler.self)
        }
        server.embeddedEventLoop.advanceTime(by: .milliseconds(2999))
        #expect(server.isActive)
        server.embeddedEventLoop.advanceTime(by: .milliseconds(1))
        #expect(try server.readOutbound(as: ByteBuffer.self) != nil)
        server.embeddedEventLoop.advanceTime(by: .seconds(1))
        #expect(!server.isActive)
        #expect(log.lines.isEmpty)
    }

    @Test("What is no TLS is one line with its reason, and no association's summary")
    func noTLS() throws {
        let channel = try connect(tls: true)
        // The beginning of an A-ASSOCIATE-RQ.
        try send([0x01, 0x00, 0x00, 0x00, 0x00, 0xD1, 0x00, 0x01], to: channel)
        #expect(!channel.isActive)
        #expect(log.lines.count == 1)
        #expect(log.lines.first?.contains(#""reason":"WRONG_VERSION_NUMBER""#) == true)
    }

    @Test("A client that gives up in mid-handshake is one line")
    func givenUp() throws {
        let channel = try connect(tls: true)
        try send(Self.halfClientHello, to: channel)
        try channel.close().wait()
        channel.embeddedEventLoop.run()
        #expect(log.lines.count == 1)
    }

    @Test("A probe that closes or breaks the connection without a byte is silent", arguments: [false, true])
    func probe(breaks: Bool) throws {
        for (tls, proxy) in [(false, false), (false, true), (true, false), (true, true)] {
            let channel = try connect(tls: tls, usesProxyProtocol: proxy)
            if breaks { channel.pipeline.fireErrorCaught(IOError(errnoCode: 104, reason: "read")) }
            channel.pipeline.fireChannelInactive()
            channel.embeddedEventLoop.run()
        }
        #expect(log.lines.isEmpty)
    }

    @Test("A peer without the PROXY header is refused with one line", arguments: [false, true])
    func noHeader(tls: Bool) throws {
        let channel = try connect(tls: tls, usesProxyProtocol: true)
        try send([0x01], to: channel)
        #expect(!channel.isActive)
        #expect(log.lines.count == 1)
        #expect(log.lines.first?.contains("without a valid PROXY header") == true)
    }

    @Test("Behind the PROXY header a handshake that fails is that of the peer, not of the load balancer")
    func proxiedHandshake() throws {
        let channel = try connect(tls: true, usesProxyProtocol: true)
        try send(Self.proxyHeader + [0x01, 0x00, 0x00, 0x00, 0x00], to: channel)
        #expect(log.lines.count == 1)
        #expect(log.lines.first?.contains("\"peer\":\"203.0.113.7\"") == true)
    }

    @Test("Behind the PROXY header an association's summary names the peer")
    func proxiedAssociation() throws {
        let channel = try connect(tls: false, usesProxyProtocol: true)
        // An A-ABORT, upon which we close.
        try send(Self.proxyHeader + [0x07, 0, 0, 0, 0, 4, 0, 0, 0, 0], to: channel)
        #expect(!channel.isActive)
        #expect(log.lines.count == 1)
        #expect(log.lines.first?.contains("\"peer\":\"203.0.113.7\"") == true)
    }
}
