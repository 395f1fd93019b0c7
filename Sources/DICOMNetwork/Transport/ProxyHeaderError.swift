// SPDX-License-Identifier: Apache-2.0

/// What is wrong with a PROXY header. Lengths are the ones that the peer claims.
package enum ProxyHeaderError: Error, Hashable, Sendable {
    /// Not a PROXY header: the peer speaks another protocol.
    case signatureNotAllowed(offset: Int, byte: UInt8, expected: UInt8)
    /// The same, if we recognise the protocol.
    case otherProtocol(WireProtocol)
    case versionOrCommandNotAllowed(UInt8)
    case familyOrProtocolNotAllowed(UInt8)
    case lengthExceedsMaximum(length: UInt16, maximum: UInt16)
    /// Too short for the addresses of the family.
    case lengthTooShort(family: UInt8, length: UInt16, minimum: UInt16)
    /// Version 1: the line does not end within `maximum` bytes.
    case lineTooLong(maximum: Int)
    case lineFieldNotAllowed(ProxyHeader.LineField)
}

extension ProxyHeaderError: CustomStringConvertible {
    /// For logs.
    package var description: String {
        switch self {
        case .signatureNotAllowed(let offset, let byte, let expected):
            "byte \(byte.standardHexadecimal) at offset \(offset), expected \(expected.standardHexadecimal)"
        case .otherProtocol(let other): "\(other) without a PROXY header before it"
        case .versionOrCommandNotAllowed(let byte): "version and command are \(byte.standardHexadecimal)"
        case .familyOrProtocolNotAllowed(let byte): "family and protocol are \(byte.standardHexadecimal)"
        case .lengthExceedsMaximum(let length, let maximum): "length \(length), maximum \(maximum)"
        case .lengthTooShort(let family, let length, let minimum):
            "length \(length), minimum \(minimum) for family \(family.standardHexadecimal)"
        case .lineTooLong(let maximum): "version 1, and no CRLF within \(maximum) bytes"
        case .lineFieldNotAllowed(.ending): "version 1, and the line has not exactly six fields and CRLF"
        case .lineFieldNotAllowed(.family): "version 1, and the family is neither TCP4, TCP6 nor UNKNOWN"
        case .lineFieldNotAllowed(.address): "version 1, and an address is not one of its family"
        case .lineFieldNotAllowed(.port): "version 1, and a port is not a number from 0 to 65535"
        }
    }
}
