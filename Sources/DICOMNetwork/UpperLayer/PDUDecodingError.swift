/// What was wrong with a PDU. Lengths are those that the peer claimed.
package enum PDUDecodingError: Error, Hashable, Sendable {
    case unrecognizedType(UInt8)
    case lengthExceedsMaximum(type: PDUType, length: UInt32, maximum: UInt32)
    /// A PDU of fixed length came with another.
    case lengthNotAllowed(type: PDUType, length: UInt32, expected: UInt32)
    /// The fixed fields do not fit.
    case bodyTooShort(type: PDUType, length: Int, minimum: Int)
    case itemExceedsParent(type: UInt8, length: Int, remaining: Int)
    /// Bytes that are too few for the header of an item.
    case itemHeaderTruncated(remaining: Int)
    /// A field runs past the end of its item.
    case itemTruncated(type: UInt8, expected: Int, remaining: Int)
    /// Bytes behind the last field of an item of fixed structure.
    case itemTooLong(type: UInt8, surplus: Int)
    case itemRepeated(type: UInt8)
    case itemMissing(type: UInt8)
    case tooManyItems(maximum: Int)
    case presentationContextIDNotAllowed(UInt8)
    case presentationContextIDRepeated(UInt8)
    case valueNotAllowed(type: PDUType, field: String, value: UInt8)
    case presentationDataValueMissing
    case presentationDataValueTooShort(length: UInt32)
    case presentationDataValueExceedsPDU(length: UInt32, remaining: Int)
    case tooManyPresentationDataValues(maximum: Int)

    /// What an A-ABORT tells the peer. PS3.8 Table 9-26.
    package var abortReason: AAbort.ProviderReason {
        switch self {
        case .unrecognizedType: .unrecognizedPDU
        case .itemRepeated: .unexpectedPDUParameter
        default: .invalidPDUParameterValue
        }
    }
}
