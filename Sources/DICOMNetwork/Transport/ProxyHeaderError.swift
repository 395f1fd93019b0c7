/// What was wrong with a PROXY header. Lengths are those that the peer claimed.
package enum ProxyHeaderError: Error, Hashable, Sendable {
    /// It is no PROXY header of version 2: the peer speaks something else.
    case signatureNotAllowed(offset: Int, byte: UInt8, expected: UInt8)
    case versionOrCommandNotAllowed(UInt8)
    case familyOrProtocolNotAllowed(UInt8)
    case lengthExceedsMaximum(length: UInt16, maximum: UInt16)
    /// The addresses of the family do not fit.
    case lengthTooShort(family: UInt8, length: UInt16, minimum: UInt16)
}
