import DICOM

/// How an association, or the attempt at one, ended.
package enum AssociationEnd: Hashable, Sendable {
    case released
    /// The application is shutting down, and the peer agreed to the release.
    case releasedByUs
    case rejected(AAssociateRJ)
    case abortedByPeer(AAbort)
    case abortedByUs(AbortCause)
    /// The connection ended without a release or an abort.
    case connectionLost
    /// The peer ended its side of the connection before it was answered, and was answered.
    case halfClosed
    case timedOut(Timeout)

    /// Why we aborted.
    package enum AbortCause: Hashable, Sendable {
        case invalidPDU(PDUDecodingError)
        case unexpectedPDU(PDUType, AssociationStateMachine.State)
        case message(MessageError)
        /// The application is shutting down.
        case drained
        /// The application will not have the peer go on: what it sent costs others too much.
        case notWanted
        /// Others need the place.
        case displaced
    }

    package enum Timeout: String, Hashable, Sendable {
        /// The peer did not ask for an association, or did not close the connection.
        case artim = "ARTIM"
        /// No PDU between messages.
        case network = "between messages"
        /// No PDU inside a message.
        case dimse = "inside a message"
        /// A message took too long as a whole.
        case message = "a whole message"
    }
}

extension AssociationEnd: CustomStringConvertible {
    /// For logs. Of an error only its name: where a peer has lost its way, types and lengths can be bytes of anything.
    package var description: String {
        switch self {
        case .released: "released"
        case .releasedByUs: "released by us: shutting down"
        case .rejected(let reject): "rejected: \(reject)"
        case .abortedByPeer(let abort): "aborted by the peer: source \(abort.source), reason \(abort.reason)"
        case .abortedByUs(.invalidPDU(let error)): "aborted by us: invalid PDU, \(Self.name(of: error))"
        case .abortedByUs(.unexpectedPDU(let type, let state)): "aborted by us: unexpected PDU, \(type) in \(state)"
        case .abortedByUs(.message(let error)): "aborted by us: invalid message, \(Self.name(of: error))"
        case .abortedByUs(.drained): "aborted by us: shutting down"
        case .abortedByUs(.notWanted): "aborted by us: it took more than its share"
        case .abortedByUs(.displaced): "aborted by us: others needed its place"
        case .connectionLost: "connection lost"
        case .halfClosed: "closed by the peer before its last answer"
        case .timedOut(let timeout): "timed out: \(timeout.rawValue)"
        }
    }

    private static func name(of error: some Error) -> String {
        String("\(error)".prefix { $0 != "(" })
    }
}
