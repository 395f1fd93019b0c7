/// A message that breaks the rules of PS3.7 §6.3 and PS3.8 annex E so that the association cannot go on.
package enum MessageError: Error, Hashable, Sendable {
    case contextNotAccepted(UInt8)
    case contextChanged(from: UInt8, to: UInt8)
    case dataSetNotExpected
    case commandNotExpected
    case commandSetLengthExceedsMaximum(length: Int, maximum: Int)
    case commandSet(CommandSetError)
    /// We ask nothing, so there is nothing to respond to.
    case responseNotExpected(CommandField)

    /// What the peer is told: the provider's reason where a PDV's header is at fault; nil, the user aborts, where the
    /// command is.
    package var abortReason: AAbort.ProviderReason? {
        switch self {
        case .contextNotAccepted, .contextChanged, .dataSetNotExpected, .commandNotExpected:
            .invalidPDUParameterValue
        case .commandSetLengthExceedsMaximum, .commandSet, .responseNotExpected:
            nil
        }
    }
}
