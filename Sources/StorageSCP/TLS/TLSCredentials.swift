// SPDX-License-Identifier: Apache-2.0

import NIOSSL

/// A certificate, its key and the clients' authorities, loaded at one moment and ready for connections.
struct TLSCredentials: Sendable {
    /// The suites of TLS 1.2: only authenticated ones with forward secrecy. The AES suites are the ECDHE suites of the
    /// non-downgrading BCP 195 profiles. All suites of TLS 1.3 are at least as strong. PS3.15 §B.10, §B.12.
    static let cipherSuites: [NIOTLSCipher] = [
        .TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, .TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
        .TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, .TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
        .TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256, .TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
    ]

    static let unsuitableKey = "it does not belong to the certificate, or its type is not supported"

    let context: NIOSSLContext
    /// When our own certificate expires, in seconds since 1970.
    let notAfter: Int

    /// Reads the files, and blocks until the disk has answered.
    init(loading settings: TLSSettings) throws(TLSLoadingError) {
        let chain = try Self.certificates(settings.certificate)
        notAfter = chain.first?.notValidAfter ?? 0
        let key = try Self.privateKey(settings.privateKey)
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
        configuration.minimumTLSVersion = settings.minimumVersion == .tls13 ? .tlsv13 : .tlsv12
        configuration.cipherSuiteValues = Self.cipherSuites
        // How long a peer may take to answer our closing alert. Short, since ARTIM gave it time to close before.
        configuration.shutdownTimeout = .seconds(1)
        if let authorities = settings.clientAuthorities {
            configuration.certificateVerification = .noHostnameVerification
            configuration.trustRoots = .certificates(try Self.certificates(authorities))
            configuration.sendCANameList = true
        }
        do {
            context = try NIOSSLContext(configuration: configuration)
        } catch {
            throw settings.privateKey.unusable(Self.unsuitableKey)
        }
    }

    static func certificates(_ source: PEMSource) throws(TLSLoadingError) -> [NIOSSLCertificate] {
        let bytes = try source.read()
        do {
            return try NIOSSLCertificate.fromPEMBytes(bytes)
        } catch {
            throw source.unusable("expected PEM certificates")
        }
    }

    static func privateKey(_ source: PEMSource) throws(TLSLoadingError) -> NIOSSLPrivateKey {
        let bytes = try source.read()
        do {
            return try NIOSSLPrivateKey(bytes: bytes, format: .pem)
        } catch {
            throw source.unusable("expected a PEM private key without a passphrase")
        }
    }
}
