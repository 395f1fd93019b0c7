/// Why a data set, or a file, could not be read.
///
/// Where a reader has lost its way, tags and lengths are bytes of some value: the description, which is for logs, leaves
/// them out.
package enum DataSetError: Error, Hashable, Sendable {
    /// Explicit VR was expected and two other bytes came.
    case invalidVR(Tag, UInt8, UInt8)
    /// PS3.5 §7.5: only sequences, UN and encapsulated pixel data may have an undefined length.
    case undefinedLengthNotAllowed(Tag, VR)
    /// Between the items of a sequence, or the fragments of pixel data, something else than an item came.
    case itemExpected(found: Tag)
    /// An item or a delimiter outside any sequence of undefined length.
    case delimiterNotExpected(Tag)
    /// PS3.5 §7.1: groups below 0008 belong to commands and files, not to a data set.
    case groupNotAllowed(Tag)
    case depthExceedsMaximum(Tag, maximum: Int)
    case lengthExceedsMaximum(Tag, length: UInt64, maximum: UInt64)
    /// More elements, items and delimiters than the bytes that were received may hold.
    case tooManyElements(maximum: UInt64)
    /// More than the bytes that were received may inflate to.
    case inflatesTooFar(maximum: UInt64)
    /// The data ended inside an element or a sequence, after so many bytes (after inflation).
    case truncated(after: UInt64)
    case invalidUID(Tag, UIDError)
    /// The deflate stream is damaged; the number is zlib's.
    case deflateStreamDamaged(code: Int32)
    /// No `DICM` after the 128 bytes of preamble. PS3.10 §7.1.
    case prefixMissing
    /// Group 0002 did not begin with its length. PS3.10 §7.1.
    case groupLengthMissing
    case elementMissing(Tag)
    case transferSyntaxUnknown(UID)
}

extension DataSetError {
    /// Whether the data set asks for work out of all relation to its size, which no honest sender's does.
    package var isAttack: Bool {
        switch self {
        case .tooManyElements, .inflatesTooFar: true
        default: false
        }
    }
}

extension DataSetError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .invalidVR: "invalidVR"
        case .undefinedLengthNotAllowed: "undefinedLengthNotAllowed"
        case .itemExpected: "itemExpected"
        case .delimiterNotExpected: "delimiterNotExpected"
        case .groupNotAllowed: "groupNotAllowed"
        case .depthExceedsMaximum(_, let maximum): "depthExceedsMaximum(\(maximum))"
        case .lengthExceedsMaximum(_, _, let maximum): "lengthExceedsMaximum(\(maximum))"
        case .tooManyElements(let maximum): "tooManyElements(maximum: \(maximum))"
        case .inflatesTooFar(let maximum): "inflatesTooFar(maximum: \(maximum))"
        case .truncated(let count): "truncated(after: \(count))"
        // Both tags are ones that were looked for.
        case .invalidUID(let tag, _): "invalidUID(\(tag))"
        case .elementMissing(let tag): "elementMissing(\(tag))"
        case .deflateStreamDamaged(let code): "deflateStreamDamaged(code: \(code))"
        case .prefixMissing: "prefixMissing"
        case .groupLengthMissing: "groupLengthMissing"
        case .transferSyntaxUnknown(let uid): "transferSyntaxUnknown(\(uid))"
        }
    }
}
