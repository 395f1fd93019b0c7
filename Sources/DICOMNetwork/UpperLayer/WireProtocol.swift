// SPDX-License-Identifier: Apache-2.0

/// The protocol that a peer speaks, judged by the first bytes of its connection.
package enum WireProtocol: Hashable, Sendable {
    /// DICOM's upper layer without TLS: an A-ASSOCIATE-RQ.
    case dicom
    case tls
    case http
    /// The header of HAProxy's PROXY protocol, version 1 or 2.
    case proxy

    /// The methods of RFC 9110 §9, PATCH of RFC 5789, and the beginning of HTTP/2, RFC 9113 §3.4.
    private static let httpBeginnings = [
        "GET ", "HEAD ", "POST ", "PUT ", "DELETE ", "CONNECT ", "OPTIONS ", "TRACE ", "PATCH ", "PRI ",
    ].map { Array($0.utf8) }
    private static let proxyBeginnings = [ProxyHeader.lineBeginning, ProxyHeader.signature]
    /// A record that holds a handshake message, RFC 8446 §5.1; the next byte is the minor version, which varies.
    private static let tlsBeginnings: [[UInt8]] = [[0x16, 0x03]]
    private static let dicomBeginnings = [[PDUType.associateRQ.rawValue]]

    /// `nil` if it is another one. If only part of a beginning was received, that part decides.
    package init?(beginning bytes: some Collection<UInt8>) {
        let known: [(WireProtocol, [[UInt8]])] = [
            (.dicom, Self.dicomBeginnings), (.tls, Self.tlsBeginnings), (.http, Self.httpBeginnings),
            (.proxy, Self.proxyBeginnings),
        ]
        guard !bytes.isEmpty,
            let found = known.first(where: { _, beginnings in
                beginnings.contains { beginning in zip(beginning, bytes).allSatisfy { $0 == $1 } }
            })
        else { return nil }
        self = found.0
    }
}

extension WireProtocol: CustomStringConvertible {
    package var description: String {
        switch self {
        case .dicom: "a plain A-ASSOCIATE-RQ"
        case .tls: "a TLS client hello"
        case .http: "an HTTP request"
        case .proxy: "a PROXY header"
        }
    }
}
