import NIOSSL

extension NIOSSLError {
    /// Why a handshake failed, without BoringSSL's numbers and lines of code. Nil for what is no handshake's failure.
    var handshakeFailureReason: String? {
        guard case .handshakeFailed(let cause) = self else { return nil }
        switch cause {
        case .sslError(let stack), .unknownError(let stack):
            return stack.map { Self.reason(in: $0.description) }.joined(separator: ", ")
        default: return "\(cause)"
        }
    }

    /// Such as `Error: 7 error:100000f7:SSL routines:OPENSSL_internal:WRONG_VERSION_NUMBER at /…/tls_record.cc:127`.
    private static func reason(in description: String) -> String {
        let fields = description.split(separator: ":")
        guard let origin = fields.firstIndex(of: "OPENSSL_internal"), origin + 1 < fields.count else {
            return description
        }
        return String(fields[origin + 1].prefix { $0 != " " })
    }
}
