// SPDX-License-Identifier: Apache-2.0

import DICOMNetwork
import NIOCore
import NIOSSL

/// Why a connection of the TLS port failed before the client sent anything through TLS.
enum TLSFailure: Hashable, Sendable {
    /// The client sent something other than a client hello.
    case otherProtocol(WireProtocol)
    case alert(TLSAlert)
    case noCommonVersion
    case noCommonCipherSuite
    case noClientCertificate
    case clientCertificateNotTrusted
    case closedByClient
    case closedByUs
    /// BoringSSL's words, without its numbers and lines of code.
    case other(String)

    /// BoringSSL adds this to the code of an alert from the client. See SSL_AD_REASON_OFFSET in its ssl.h.
    private static let alertOffset = 1000

    init(_ error: any Error) {
        let stack: NIOBoringSSLErrorStack
        switch error {
        case NIOSSLError.handshakeFailed(.sslError(let errors)), NIOSSLError.handshakeFailed(.unknownError(let errors)),
            BoringSSLError.sslError(let errors), BoringSSLError.unknownError(let errors):
            stack = errors
        case NIOSSLError.uncleanShutdown, is IOError:
            self = .closedByClient
            return
        case NIOSSLError.handshakeFailed(let cause):
            self = .other("\(cause)")
            return
        default:
            self = .other("\(error)")
            return
        }
        let causes = stack.map { Self.cause($0.description) }
        self =
            causes.lazy.compactMap { Self(code: $0.code, name: $0.name) }.first
            ?? .other(causes.map(\.name).joined(separator: ", "))
    }

    private init?(code: UInt32?, name: String) {
        if let code, let alert = UInt8(exactly: Int(code & 0xFFF) - Self.alertOffset) {
            self = .alert(TLSAlert(code: alert))
            return
        }
        switch name {
        case "UNSUPPORTED_PROTOCOL", "NO_SUPPORTED_VERSIONS_ENABLED": self = .noCommonVersion
        case "NO_SHARED_CIPHER", "NO_SHARED_GROUP", "NO_COMMON_SIGNATURE_ALGORITHMS": self = .noCommonCipherSuite
        case "PEER_DID_NOT_RETURN_A_CERTIFICATE": self = .noClientCertificate
        case "CERTIFICATE_VERIFY_FAILED": self = .clientCertificateNotTrusted
        default: return nil
        }
    }

    /// Such as `Error: 268435703 error:100000f7:SSL routines:OPENSSL_internal:WRONG_VERSION_NUMBER at
    /// /…/tls_record.cc:127`.
    private static func cause(_ description: String) -> (code: UInt32?, name: String) {
        let fields = description.split(separator: ":")
        guard let origin = fields.firstIndex(of: "OPENSSL_internal"), origin >= 2, origin + 1 < fields.count else {
            return (nil, description)
        }
        return (UInt32(fields[origin - 2], radix: 16), String(fields[origin + 1].prefix { $0 != " " }))
    }
}

extension TLSFailure: CustomStringConvertible {
    var description: String {
        switch self {
        case .otherProtocol(let other): "\(other) on the TLS port"
        case .alert(let alert): "\(alert)"
        case .noCommonVersion: "the client offers no TLS version that we accept"
        case .noCommonCipherSuite: "the client offers no cipher suite, group or signature algorithm that we accept"
        case .noClientCertificate: "the client sent no certificate"
        case .clientCertificateNotTrusted: "the client's certificate is not valid, or its authority is not known"
        case .closedByClient: "the client ended the connection"
        case .closedByUs: "the receiver ended the connection: ASSOCIATION_TIMEOUT, shutdown, or others needed its place"
        case .other(let reason): reason
        }
    }
}
