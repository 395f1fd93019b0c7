import DICOMNetwork
import NIOCore

/// An alert by which a client gave up. RFC 8446 §6.
struct TLSAlert: Hashable, Sendable {
    /// What the client means, as far as somebody can do something about it.
    enum Complaint: Hashable, Sendable {
        case certificateNotTrusted
        case certificateExpired
        case version
        case other
    }

    let code: UInt8

    init(code: UInt8) {
        self.code = code
    }

    /// The one that the bytes end with, if it is fatal and not encrypted.
    ///
    /// OpenSSL's clients do not encrypt the alert of a TLS 1.3 handshake, and BoringSSL takes it for an encrypted record
    /// that is too short.
    init?(atEndOf bytes: ByteBufferView) {
        // Type alert, version 3.x, length 2, level fatal.
        let record = Array(bytes.suffix(7))
        guard record.count == 7, record[0] == 0x15, record[1] == 0x03, record[3...5] == [0x00, 0x02, 0x02] else {
            return nil
        }
        code = record[6]
    }

    var complaint: Complaint {
        switch code {
        case 42, 43, 44, 46, 48: .certificateNotTrusted
        case 45: .certificateExpired
        case 70: .version
        default: .other
        }
    }

    /// RFC 8446 §6; 41 to 60 and 100 are of earlier versions.
    private var name: String? {
        switch code {
        case 10: "unexpected_message"
        case 20: "bad_record_mac"
        case 22: "record_overflow"
        case 40: "handshake_failure"
        case 42: "bad_certificate"
        case 43: "unsupported_certificate"
        case 44: "certificate_revoked"
        case 45: "certificate_expired"
        case 46: "certificate_unknown"
        case 47: "illegal_parameter"
        case 48: "unknown_ca"
        case 49: "access_denied"
        case 50: "decode_error"
        case 51: "decrypt_error"
        case 70: "protocol_version"
        case 71: "insufficient_security"
        case 80: "internal_error"
        case 86: "inappropriate_fallback"
        case 90: "user_canceled"
        case 109: "missing_extension"
        case 110: "unsupported_extension"
        case 112: "unrecognized_name"
        case 116: "certificate_required"
        case 120: "no_application_protocol"
        default: nil
        }
    }
}

extension TLSAlert: CustomStringConvertible {
    var description: String {
        let complaint =
            switch complaint {
            case .certificateNotTrusted: "the client does not trust our certificate"
            case .certificateExpired: "the client says that our certificate has expired"
            case .version: "the client does not take the version of TLS"
            case .other: "the client gave up"
            }
        return "\(complaint): alert \(name ?? "\(code)")"
    }
}
