// SPDX-License-Identifier: Apache-2.0

/// How an association that we requested, or the attempt at one, ended. An operation that it interrupted fails with it.
package enum RequestedAssociationEnd: Error, Hashable, Sendable {
    /// We asked for release, and the peer confirmed it.
    case released
    /// The peer asked for release.
    case releasedByPeer
    case rejected(AAssociateRJ)
    case abortedByPeer(AAbort)
    case abortedByUs(AbortCause)
    /// The connection ended without a release or an abort; the text says what the system reported.
    case connectionLost(String?)
    case timedOut(Timeout)

    /// Why we aborted.
    package enum AbortCause: Hashable, Sendable {
        case invalidPDU(PDUDecodingError)
        case unexpectedPDU(PDUType, RequestorStateMachine.State)
        case message(MessageError)
        /// The rest of a data set that was being sent could not be read.
        case dataSetUnreadable
        /// The application no longer needs the association.
        case cancelled
    }

    package enum Timeout: String, Hashable, Sendable {
        /// The peer did not answer our A-ASSOCIATE-RQ.
        case association = "no answer to the association request"
        /// The peer did not take the bytes that we sent.
        case network = "the peer takes no more bytes"
        /// The peer did not answer a request.
        case response = "no response to a request"
        /// The peer did not answer our A-RELEASE-RQ.
        case release = "no answer to the release request"
    }
}

extension RequestedAssociationEnd: CustomStringConvertible {
    package var description: String {
        switch self {
        case .released: "released"
        case .releasedByPeer: "released by the peer"
        case .rejected(let reject): "rejected: \(reject)"
        case .abortedByPeer(let abort): "aborted by the peer: source \(abort.source), reason \(abort.reason)"
        case .abortedByUs(let cause): "aborted by us: \(cause)"
        case .connectionLost(let reason): reason.map { "connection lost: \($0)" } ?? "connection lost"
        case .timedOut(let timeout): "timed out: \(timeout.rawValue)"
        }
    }
}

extension RequestedAssociationEnd.AbortCause: CustomStringConvertible {
    package var description: String {
        switch self {
        case .invalidPDU(let error): "invalid PDU: \(error)"
        case .unexpectedPDU(let type, let state): "unexpected PDU: \(type) in \(state)"
        case .message(let error): "invalid message: \(error)"
        case .dataSetUnreadable: "the data set could not be read to its end"
        case .cancelled: "no longer needed"
        }
    }
}
