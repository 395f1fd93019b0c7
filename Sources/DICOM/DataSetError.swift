/// Why a data set, or a file, could not be read.
///
/// Where a reader has lost its way, tags and lengths are bytes of some value. The texts, which are for logs and senders, name
/// only tags that the standard could mean.
package enum DataSetError: Error, Hashable, Sendable {
    /// Explicit VR was expected and two other bytes came.
    case invalidVR(Tag, UInt8, UInt8)
    /// Implicit VR was expected, and the first element has a VR.
    case explicitVRFound(Tag, VR)
    /// PS3.5 §7.5: only sequences, UN and encapsulated pixel data may have an undefined length.
    case undefinedLengthNotAllowed(Tag, VR)
    /// Between the items of this sequence, or the fragments of pixel data, something else than an item came.
    case itemExpected(in: Tag)
    /// An item outside any sequence of undefined length.
    case delimiterNotExpected(Tag)
    case depthExceedsMaximum(Tag, maximum: Int)
    /// The element goes on beyond the bound for what stands before the UIDs.
    case lengthExceedsMaximum(Tag, length: UInt64, maximum: UInt64)
    /// The value is longer than any that is looked for.
    case valueLengthExceedsMaximum(Tag, length: UInt64, maximum: UInt64)
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
    case elementMissing(Tag)
}

extension DataSetError {
    /// Whether the data set asks for work out of all relation to its size, which no honest sender's does.
    package var isAttack: Bool {
        switch self {
        case .tooManyElements, .inflatesTooFar: true
        default: false
        }
    }

    /// The element at fault, if one is.
    package var tag: Tag? {
        switch self {
        case .invalidVR(let tag, _, _), .explicitVRFound(let tag, _), .undefinedLengthNotAllowed(let tag, _),
            .itemExpected(let tag), .delimiterNotExpected(let tag),
            .depthExceedsMaximum(let tag, _), .lengthExceedsMaximum(let tag, _, _),
            .valueLengthExceedsMaximum(let tag, _, _), .invalidUID(let tag, _), .elementMissing(let tag):
            tag
        case .tooManyElements, .inflatesTooFar, .truncated, .deflateStreamDamaged, .prefixMissing:
            nil
        }
    }
}
