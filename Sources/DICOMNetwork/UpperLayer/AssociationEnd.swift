import DICOM

/// How an association, or the attempt at one, ended.
package enum AssociationEnd: Hashable, Sendable {
    case released
    case rejected(AAssociateRJ)
    case abortedByPeer(AAbort)
    case abortedByUs(AbortCause)
    /// The connection ended without a release or an abort.
    case connectionLost
    case timedOut(Timeout)

    /// Why we aborted.
    package enum AbortCause: Hashable, Sendable {
        case invalidPDU(PDUDecodingError)
        case unexpectedPDU(PDUType, AssociationStateMachine.State)
        case message(MessageError)
        /// The application is shutting down.
        case drained
    }

    package enum Timeout: Hashable, Sendable {
        case artim
        case network
        case dimse
    }
}
