// SPDX-License-Identifier: Apache-2.0

import NIOCore
import NIOSSL

/// TLS as a client: whom we trust, and how we prove who we are.
package struct ClientTLS: Sendable {
    /// The suites of TLS 1.2: only authenticated ones with forward secrecy, as of the receiver. PS3.15 §B.10, §B.12.
    private static let cipherSuites: [NIOTLSCipher] = [
        .TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, .TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
        .TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, .TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
        .TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256, .TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
    ]

    private let context: NIOSSLContext
    /// The name that the server's certificate must have; `nil`: the host that is connected to.
    private let serverName: String?

    /// - Parameters:
    ///   - authorities: a PEM file of the certificates that the server's is verified with; `nil`: the system's.
    ///   - certificate: a PEM file of our own certificate and its chain, with `privateKey`.
    package init(
        authorities: String?, certificate: String?, privateKey: String?, serverName: String?
    ) throws(TLSFileError) {
        let roots = try authorities.map { path throws(TLSFileError) in try Self.certificates(path) }
        let chain = try certificate.map { path throws(TLSFileError) in try Self.certificates(path) } ?? []
        let key = try privateKey.map { path throws(TLSFileError) in try Self.privateKey(path) }
        do {
            try self.init(authorities: roots, chain: chain, privateKey: key, serverName: serverName)
        } catch {
            throw TLSFileError(
                path: certificate ?? "", problem: "the key does not belong to the certificate, or its type is unknown")
        }
    }

    /// Throws if the key does not belong to the chain.
    ///
    /// - Parameters:
    ///   - authorities: `nil`: the system's.
    ///   - chain: our own certificate first; empty if we show none.
    package init(
        authorities: [NIOSSLCertificate]?, chain: [NIOSSLCertificate], privateKey: NIOSSLPrivateKey?,
        serverName: String?
    ) throws {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.minimumTLSVersion = .tlsv12
        configuration.cipherSuiteValues = Self.cipherSuites
        configuration.shutdownTimeout = .seconds(1)
        if let authorities { configuration.trustRoots = .certificates(authorities) }
        if !chain.isEmpty, let privateKey {
            configuration.certificateChain = chain.map { .certificate($0) }
            configuration.privateKey = .privateKey(privateKey)
        }
        context = try NIOSSLContext(configuration: configuration)
        self.serverName = serverName
    }

    /// The handler for a connection to the host. An address is not a name to ask for: its certificate is verified by
    /// the address.
    func handler(for host: String) throws -> NIOSSLClientHandler {
        let name = serverName ?? host
        let isAddress = (try? SocketAddress(ipAddress: name, port: 0)) != nil
        return try NIOSSLClientHandler(context: context, serverHostname: isAddress ? nil : name)
    }

    private static func certificates(_ path: String) throws(TLSFileError) -> [NIOSSLCertificate] {
        do {
            return try NIOSSLCertificate.fromPEMFile(path)
        } catch {
            throw TLSFileError(path: path, problem: "expected a readable file with PEM certificates")
        }
    }

    private static func privateKey(_ path: String) throws(TLSFileError) -> NIOSSLPrivateKey {
        do {
            return try NIOSSLPrivateKey(file: path, format: .pem)
        } catch {
            throw TLSFileError(path: path, problem: "expected a readable file with a PEM private key, not encrypted")
        }
    }
}
