/// What was wrong with a PROXY header. Lengths are those that the peer claimed.
package enum ProxyHeaderError: Error, Hashable, Sendable {
    /// It is no PROXY header of version 2: the peer speaks something else.
    case signatureNotAllowed(offset: Int, byte: UInt8, expected: UInt8)
    /// The same, where it is known what the peer speaks.
    case otherProtocol(WireProtocol)
    case versionOrCommandNotAllowed(UInt8)
    case familyOrProtocolNotAllowed(UInt8)
    case lengthExceedsMaximum(length: UInt16, maximum: UInt16)
    /// The addresses of the family do not fit.
    case lengthTooShort(family: UInt8, length: UInt16, minimum: UInt16)
}

extension ProxyHeaderError: CustomStringConvertible {
    /// For logs.
    package var description: String {
        switch self {
        case .signatureNotAllowed(let offset, let byte, let expected):
            "byte \(byte.standardHexadecimal) at offset \(offset), expected \(expected.standardHexadecimal)"
        case .otherProtocol(.proxy): "a PROXY header of another version, expected version 2"
        case .otherProtocol(let other): "\(other) without a PROXY header before it"
        case .versionOrCommandNotAllowed(let byte): "version and command are \(byte.standardHexadecimal)"
        case .familyOrProtocolNotAllowed(let byte): "family and protocol are \(byte.standardHexadecimal)"
        case .lengthExceedsMaximum(let length, let maximum): "length \(length), maximum \(maximum)"
        case .lengthTooShort(let family, let length, let minimum):
            "length \(length), minimum \(minimum) for family \(family.standardHexadecimal)"
        }
    }
}
