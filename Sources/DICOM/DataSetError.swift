// SPDX-License-Identifier: Apache-2.0

/// Why a data set, or a file, could not be read.
///
/// After damage, a reader can take bytes of a value for a tag or a length. The texts go to logs and senders, so they
/// name only tags that are plausible.
package enum DataSetError: Error, Hashable, Sendable {
    /// Explicit VR was expected, but the two bytes are not a VR.
    case invalidVR(Tag, UInt8, UInt8)
    /// Implicit VR was expected, but the first element has a VR.
    case explicitVRFound(Tag, VR)
    /// PS3.5 §7.5: only sequences, UN and encapsulated pixel data may have an undefined length.
    case undefinedLengthNotAllowed(Tag, VR)
    /// Inside this sequence, or between fragments of pixel data, there is something other than an item.
    case itemExpected(in: Tag)
    /// An item outside of any sequence of undefined length.
    case delimiterNotExpected(Tag)
    /// The element is not a sequence, although it should be one.
    case sequenceExpected(Tag)
    /// An element inside this sequence ends beyond the sequence, or beyond its item.
    case endsOutside(of: Tag)
    case depthExceedsMaximum(Tag, maximum: Int)
    /// The element ends beyond the limit for the data before the UIDs.
    case lengthExceedsMaximum(Tag, length: UInt64, maximum: UInt64)
    /// The value is longer than any value that the reader needs.
    case valueLengthExceedsMaximum(Tag, length: UInt64, maximum: UInt64)
    /// More elements, items and delimiters than allowed for the number of received bytes.
    case tooManyElements(maximum: UInt64)
    /// More inflated bytes than allowed for the number of received bytes.
    case inflatesTooFar(maximum: UInt64)
    /// The data ended inside an element or a sequence. The number of bytes is counted after inflation.
    case truncated(after: UInt64)
    case invalidUID(Tag, UIDError)
    /// The deflate stream is damaged. The code is zlib's.
    case deflateStreamDamaged(code: Int32)
    /// There is no `DICM` after the 128 bytes of the preamble. PS3.10 §7.1.
    case prefixMissing
    case elementMissing(Tag)
}

extension DataSetError {
    /// Whether the data set demands far too much work for its size. Data sets of honest senders never do.
    package var isAttack: Bool {
        switch self {
        case .tooManyElements, .inflatesTooFar: true
        default: false
        }
    }

    /// The tag of the element that caused the error, if there is one.
    package var tag: Tag? {
        switch self {
        case .invalidVR(let tag, _, _), .explicitVRFound(let tag, _), .undefinedLengthNotAllowed(let tag, _),
            .itemExpected(let tag), .delimiterNotExpected(let tag), .sequenceExpected(let tag), .endsOutside(let tag),
            .depthExceedsMaximum(let tag, _), .lengthExceedsMaximum(let tag, _, _),
            .valueLengthExceedsMaximum(let tag, _, _), .invalidUID(let tag, _), .elementMissing(let tag):
            tag
        case .tooManyElements, .inflatesTooFar, .truncated, .deflateStreamDamaged, .prefixMissing:
            nil
        }
    }
}
