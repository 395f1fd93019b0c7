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

extension MessageError: CustomStringConvertible {
    /// For logs.
    package var description: String {
        switch self {
        case .contextNotAccepted(let id): "a PDV on presentation context \(id), which was not accepted"
        case .contextChanged(let first, let other):
            "a message that began on presentation context \(first) goes on on \(other)"
        case .dataSetNotExpected: "a data set's fragment came where a command's was due"
        case .commandNotExpected: "a command's fragment came inside a data set"
        case .commandSetLengthExceedsMaximum(let length, let maximum):
            "a command set of at least \(length) bytes, maximum \(maximum)"
        case .commandSet(let error): "\(error)"
        case .responseNotExpected(let field): "response \(field), though nothing was asked"
        }
    }
}
