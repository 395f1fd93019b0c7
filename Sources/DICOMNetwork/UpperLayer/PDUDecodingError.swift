// SPDX-License-Identifier: Apache-2.0

/// What is wrong with a PDU. Lengths are the ones that the peer claims.
package enum PDUDecodingError: Error, Hashable, Sendable {
    case unrecognizedType(UInt8)
    case lengthExceedsMaximum(type: PDUType, length: UInt32, maximum: UInt32)
    /// A PDU of fixed length has another length.
    case lengthNotAllowed(type: PDUType, length: UInt32, expected: UInt32)
    /// Too short for the fixed fields.
    case bodyTooShort(type: PDUType, length: Int, minimum: Int)
    case itemExceedsParent(type: UInt8, length: Int, remaining: Int)
    /// Too few bytes are left for the header of an item.
    case itemHeaderTruncated(remaining: Int)
    /// A field extends past the end of its item.
    case itemTruncated(type: UInt8, expected: Int, remaining: Int)
    /// Bytes after the last field of an item of fixed structure.
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

    /// The reason in our A-ABORT. PS3.8 Table 9-26.
    package var abortReason: AAbort.ProviderReason {
        switch self {
        case .unrecognizedType: .unrecognizedPDU
        case .itemRepeated: .unexpectedPDUParameter
        default: .invalidPDUParameterValue
        }
    }
}

extension PDUDecodingError: CustomStringConvertible {
    /// For logs: contains numbers, but never the text of a field.
    package var description: String {
        switch self {
        case .unrecognizedType(let type): "PDU type \(type.standardHexadecimal) does not exist"
        // Before the association is accepted, the maximum is 0.
        case .lengthExceedsMaximum(.dataTF, _, 0): "a P-DATA-TF before an association"
        case .lengthExceedsMaximum(let type, let length, let maximum):
            "\(type) of \(length) bytes, maximum \(maximum)"
        case .lengthNotAllowed(let type, let length, let expected): "\(type) of \(length) bytes, expected \(expected)"
        case .bodyTooShort(let type, let length, let minimum): "\(type) of \(length) bytes, minimum \(minimum)"
        case .itemExceedsParent(let type, let length, let remaining):
            "\(ItemType.description(of: type)) has length \(length), but \(remaining) bytes are left"
        case .itemHeaderTruncated(let remaining): "an item's header has 4 bytes, but \(remaining) are left"
        case .itemTruncated(let type, let expected, let remaining):
            "\(ItemType.description(of: type)) ends inside a field of \(expected) bytes, \(remaining) are left"
        case .itemTooLong(let type, let surplus):
            "\(ItemType.description(of: type)) has \(surplus) bytes after its last field"
        case .itemRepeated(let type): "\(ItemType.description(of: type)) is repeated"
        case .itemMissing(let type): "\(ItemType.description(of: type)) is missing"
        case .tooManyItems(let maximum): "more than \(maximum) items"
        case .presentationContextIDNotAllowed(let id): "presentation context ID \(id) is not odd"
        case .presentationContextIDRepeated(let id): "presentation context ID \(id) is repeated"
        case .valueNotAllowed(let type, let field, let value): "\(field) of \(type) is \(value)"
        case .presentationDataValueMissing: "P-DATA-TF without a PDV"
        case .presentationDataValueTooShort(let length):
            "a PDV has length \(length), minimum \(PresentationDataValue.headerLength)"
        case .presentationDataValueExceedsPDU(let length, let remaining):
            "a PDV has length \(length), but \(remaining) bytes of its P-DATA-TF are left"
        case .tooManyPresentationDataValues(let maximum): "more than \(maximum) PDVs in one P-DATA-TF"
        }
    }
}
