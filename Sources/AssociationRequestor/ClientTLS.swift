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
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.minimumTLSVersion = .tlsv12
        configuration.cipherSuiteValues = Self.cipherSuites
        configuration.shutdownTimeout = .seconds(1)
        if let authorities { configuration.trustRoots = .certificates(try Self.certificates(authorities)) }
        if let certificate, let privateKey {
            configuration.certificateChain = try Self.certificates(certificate).map { .certificate($0) }
            configuration.privateKey = .privateKey(try Self.privateKey(privateKey))
        }
        do {
            context = try NIOSSLContext(configuration: configuration)
        } catch {
            throw TLSFileError(
                path: certificate ?? "", problem: "the key does not belong to the certificate, or its type is unknown")
        }
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
