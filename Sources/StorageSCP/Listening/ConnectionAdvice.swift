// SPDX-License-Identifier: Apache-2.0

import DICOMNetwork
import NIOCore

/// Hints for the log: which setting, with its value, an operator of the receiver or of a sender should look at.
struct ConnectionAdvice: Sendable {
    private let network: NetworkConfiguration
    private let plainPort: Int?
    private let tls: TLSSettings?
    private let proxyProtocol: ProxyProtocolSettings

    init(configuration: Configuration) {
        network = configuration.network
        plainPort = configuration.requiresTLS ? nil : configuration.port
        tls = configuration.tls
        proxyProtocol = configuration.proxyProtocol
    }

    // MARK: Associations

    /// `nil` if the end needs no hint.
    func hint(about end: AssociationEnd) -> String? {
        switch end {
        case .rejected(let rejection): rejection.hint
        case .timedOut(let timeout): hint(about: timeout)
        case .abortedByUs(let cause): hint(about: cause)
        case .released, .releasedByUs, .abortedByPeer, .connectionLost, .halfClosed: nil
        }
    }

    private func hint(about timeout: AssociationEnd.Timeout) -> String? {
        switch timeout {
        case .artim: hint("ASSOCIATION_TIMEOUT", network.timeouts.artim)
        case .network: hint("NETWORK_TIMEOUT", network.timeouts.network)
        case .dimse: hint("DIMSE_TIMEOUT", network.timeouts.dimse)
        case .message: hint("MESSAGE_TIMEOUT", network.timeouts.message)
        case .notification: nil
        }
    }

    private func hint(_ name: String, _ time: TimeAmount) -> String {
        "\(name)=\(time.nanoseconds / 1_000_000_000)"
    }

    private func hint(about cause: AssociationEnd.AbortCause) -> String? {
        switch cause {
        case .invalidPDU(let error): hint(about: error)
        case .message(.commandSetLengthExceedsMaximum(_, let maximum)): "MAXIMUM_COMMAND_SET_SIZE=\(maximum)"
        case .displaced(let reason): hint(about: reason)
        case .otherProtocol(let other, let isUnderTLS): isUnderTLS ? hintInsideTLS(about: other) : hint(about: other)
        case .unexpectedPDU, .message, .drained, .notWanted: nil
        }
    }

    private func hint(about error: PDUDecodingError) -> String? {
        let limits = network.association
        return switch error {
        // A lower maximum is not a setting: it applies to PDUs that are not expected in this state.
        case .lengthExceedsMaximum(.associateRQ, _, limits.maximumAssociatePDULength):
            "MAXIMUM_ASSOCIATE_PDU_SIZE=\(limits.maximumAssociatePDULength)"
        case .lengthExceedsMaximum(.dataTF, _, let maximum) where maximum > 0:
            "MAXIMUM_RECEIVED_PDU_SIZE=\(limits.maximumDataPDULength)"
        case .tooManyItems(let maximum): "MAXIMUM_ASSOCIATE_ITEMS=\(maximum)"
        case .tooManyPresentationDataValues(let maximum): "MAXIMUM_PDVS=\(maximum)"
        default: nil
        }
    }

    private func hint(about reason: Displacement) -> String? {
        switch reason {
        case .connections:
            "MAXIMUM_PENDING_CONNECTIONS=\(network.connections.connections - network.associations.total)"
        case .requestBytes: "MAXIMUM_PENDING_REQUEST_BYTES=\(network.connections.requestBytes)"
        case .associations: "MAXIMUM_ASSOCIATIONS=\(network.associations.total)"
        case .silentAssociations: "MAXIMUM_SILENT_ASSOCIATIONS_PER_PEER=\(network.associations.silentPerPeer)"
        case .shutdown: nil
        }
    }

    // MARK: Protocols

    /// For the plain port.
    private func hint(about other: WireProtocol) -> String? {
        switch other {
        case .tls:
            tls.map { "TLS is accepted on TLS_PORT=\($0.port)" }
                ?? "TLS_CERTIFICATE and TLS_PRIVATE_KEY open a port for TLS; or turn TLS off at the sender"
        case .http: Self.aboutHTTP
        case .proxy: hintAboutFurtherHeader
        case .dicom: nil
        }
    }

    private func hintInsideTLS(about other: WireProtocol) -> String? {
        switch other {
        case .tls: "something between sender and receiver adds TLS a second time"
        case .http: Self.aboutHTTP
        case .proxy: "the PROXY header comes before TLS: PROXY_PROTOCOL=true"
        case .dicom: nil
        }
    }

    /// For the TLS port, which received something other than a client hello.
    func hintBeforeTLS(about other: WireProtocol) -> String? {
        switch other {
        case .dicom:
            plainPort.map { "plain DICOM is accepted on SCP_PORT=\($0); or turn TLS on at the sender" }
                ?? "turn TLS on at the sender: REQUIRE_TLS=true, no port accepts plain DICOM"
        case .http: Self.aboutHTTP
        case .proxy: hintAboutFurtherHeader
        case .tls: nil
        }
    }

    /// For a connection that had to begin with a PROXY header, and has no valid one.
    var hintInsteadOfHeader: String {
        let mode = "PROXY_PROTOCOL=\(proxyProtocol.mode.rawValue)"
        return switch proxyProtocol.mode {
        case .auto: "\(mode): the load balancer must send a valid header, or none"
        case .never, .always: "\(mode): connect through the load balancer, which must send a valid header"
        }
    }

    /// For a connection with a PROXY header that is not accepted.
    private var hintAboutFurtherHeader: String {
        if let ranges = proxyProtocol.ranges {
            return "PROXY_PROTOCOL_FROM=\(ranges): a header is accepted from these addresses only, and only one"
        }
        return proxyProtocol.mode == .never
            ? "set PROXY_PROTOCOL=true, or turn the header off at the load balancer"
            : "PROXY_PROTOCOL=\(proxyProtocol.mode.rawValue): only the first header is accepted"
    }

    private static let aboutHTTP = "the port is for DICOM; health checks by HTTP are answered on HEALTH_PORT"

    // MARK: TLS

    func hint(about failure: TLSFailure) -> String? {
        switch failure {
        case .otherProtocol(let other): hintBeforeTLS(about: other)
        case .alert(let alert): hint(about: alert)
        case .noCommonVersion: tls.map { "TLS_MINIMUM_VERSION=\($0.minimumVersion.rawValue)" }
        case .noCommonCipherSuite:
            "TLS 1.2: ECDHE with AES-GCM or ChaCha20-Poly1305 only; some senders need a TLS_CERTIFICATE with an RSA key"
        case .noClientCertificate:
            "TLS_CLIENT_CERTIFICATES=required: give the sender a certificate of TLS_CLIENT_CA_CERTIFICATES"
        case .clientCertificateNotTrusted: "TLS_CLIENT_CA_CERTIFICATES"
        case .closedByClient: "the client may not trust TLS_CERTIFICATE"
        case .closedByUs, .other: nil
        }
    }

    private func hint(about alert: TLSAlert) -> String? {
        switch alert.complaint {
        case .certificateNotTrusted:
            "give the sender the authority of TLS_CERTIFICATE; the certificate must have the name that the sender calls"
        case .certificateExpired: "TLS_CERTIFICATE, and the sender's clock"
        case .version: tls.map { "TLS_MINIMUM_VERSION=\($0.minimumVersion.rawValue)" }
        case .other: nil
        }
    }
}
