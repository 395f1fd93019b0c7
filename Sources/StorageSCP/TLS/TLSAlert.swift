// SPDX-License-Identifier: Apache-2.0

import DICOMNetwork
import NIOCore

/// An alert with which a client ended the handshake. RFC 8446 §6.
struct TLSAlert: Hashable, Sendable {
    /// The meaning of the alert, if an operator can act on it.
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

    /// The alert at the end of the bytes, if it is fatal and not encrypted.
    ///
    /// Clients with OpenSSL do not encrypt an alert during a TLS 1.3 handshake, and BoringSSL reports it as an
    /// encrypted record that is too short.
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
            case .version: "the client does not accept the TLS version"
            case .other: "the client gave up"
            }
        return "\(complaint): alert \(name ?? "\(code)")"
    }
}
