// SPDX-License-Identifier: Apache-2.0

/// A message that violates PS3.7 §6.3 or PS3.8 annex E, so that the association cannot continue.
package enum MessageError: Error, Hashable, Sendable {
    case contextNotAccepted(UInt8)
    case contextChanged(from: UInt8, to: UInt8)
    case dataSetNotExpected
    case commandNotExpected
    case commandSetLengthExceedsMaximum(length: Int, maximum: Int)
    case commandSet(CommandSetError)
    /// No request is outstanding that this could answer.
    case responseNotExpected(CommandField)
    /// The response answers a request other than the one that is outstanding.
    case responseToAnotherRequest(
        CommandField, messageID: UInt16, expected: CommandField, expectedMessageID: UInt16)
    case dataSetLengthExceedsMaximum(maximum: Int)
    case tooManyRequests(maximum: Int)

    /// The reason in our A-ABORT. If a PDV's header is wrong, the provider aborts with this reason; if the command is
    /// wrong, the user aborts, and this is `nil`.
    package var abortReason: AAbort.ProviderReason? {
        switch self {
        case .contextNotAccepted, .contextChanged, .dataSetNotExpected, .commandNotExpected:
            .invalidPDUParameterValue
        case .commandSetLengthExceedsMaximum, .commandSet, .responseNotExpected, .responseToAnotherRequest,
            .dataSetLengthExceedsMaximum, .tooManyRequests:
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
            "a message that began on presentation context \(first) continues on \(other)"
        case .dataSetNotExpected: "a data set fragment arrived where a command fragment was expected"
        case .commandNotExpected: "a command fragment arrived inside a data set"
        case .commandSetLengthExceedsMaximum(let length, let maximum):
            "a command set of at least \(length) bytes, maximum \(maximum)"
        case .commandSet(let error): "\(error)"
        case .responseNotExpected(let field): "response \(field), but we sent no request"
        case .responseToAnotherRequest(let field, let messageID, let expected, let expectedMessageID):
            "response \(field) to message \(messageID), expected \(expected) to message \(expectedMessageID)"
        case .dataSetLengthExceedsMaximum(let maximum): "a data set of more than \(maximum) bytes"
        case .tooManyRequests(let maximum): "more than \(maximum) requests"
        }
    }
}
