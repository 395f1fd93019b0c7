// SPDX-License-Identifier: Apache-2.0

import DICOM

/// How an association, or the attempt at one, ended.
package enum AssociationEnd: Hashable, Sendable {
    case released
    /// The application is shutting down, and the peer confirmed the release.
    case releasedByUs
    case rejected(AssociationRejection)
    case abortedByPeer(AAbort)
    case abortedByUs(AbortCause)
    /// The connection ended without a release or an abort.
    case connectionLost
    /// The peer ended its side of the connection before its last answer, and was still answered.
    case halfClosed
    case timedOut(Timeout)

    /// Why we aborted.
    package enum AbortCause: Hashable, Sendable {
        case invalidPDU(PDUDecodingError)
        case unexpectedPDU(PDUType, AssociationStateMachine.State)
        case message(MessageError)
        /// The application is shutting down.
        case drained
        /// The application stopped the peer: what it sent costs other peers too much.
        case notWanted
        /// Another connection needs the place.
        case displaced(Displacement)
        /// The peer speaks a protocol other than DICOM.
        case otherProtocol(WireProtocol, isUnderTLS: Bool)
    }

    package enum Timeout: String, Hashable, Sendable {
        /// The peer did not request an association, or did not close the connection.
        case artim = "ARTIM"
        /// No PDU arrived between messages.
        case network = "between messages"
        /// No PDU arrived inside a message.
        case dimse = "inside a message"
        /// A message took too long as a whole.
        case message = "a whole message"
        /// The peer did not take our request.
        case notification = "a request to the peer"
    }
}

extension AssociationEnd: CustomStringConvertible {
    /// For logs.
    package var description: String {
        switch self {
        case .released: "released"
        case .releasedByUs: "released by us: shutting down"
        case .rejected(let rejection): "rejected: \(rejection.answer): \(rejection.reason)"
        case .abortedByPeer(let abort): "aborted by the peer: source \(abort.source), reason \(abort.reason)"
        case .abortedByUs(let cause): "aborted by us: \(cause)"
        case .connectionLost: "connection lost"
        case .halfClosed: "closed by the peer before its last answer"
        case .timedOut(let timeout): "timed out: \(timeout.rawValue)"
        }
    }
}

extension AssociationEnd.AbortCause: CustomStringConvertible {
    package var description: String {
        switch self {
        case .invalidPDU(let error): "invalid PDU: \(error)"
        case .unexpectedPDU(let type, let state): "unexpected PDU: \(type) in \(state)"
        case .message(let error): "invalid message: \(error)"
        case .drained: "shutting down"
        case .notWanted: "the peer took more than its share"
        case .displaced(let reason): "others needed its place: \(reason.rawValue)"
        case .otherProtocol(.tls, isUnderTLS: false): "a TLS client hello on a port without TLS"
        case .otherProtocol(let other, isUnderTLS: false): "\(other) on a port for DICOM"
        case .otherProtocol(let other, isUnderTLS: true): "\(other) inside TLS"
        }
    }
}
