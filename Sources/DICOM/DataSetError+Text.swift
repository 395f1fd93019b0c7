// SPDX-License-Identifier: Apache-2.0

extension DataSetError: CustomStringConvertible {
    /// A sentence of at most 64 characters, the limit of an Error Comment (0000,0902).
    package var description: String {
        switch self {
        case .invalidVR(let tag, _, _): "\(tag.text) has no VR, expected Explicit VR"
        case .explicitVRFound(let tag, let vr): "\(tag.text) has the VR \(vr), expected Implicit VR"
        case .undefinedLengthNotAllowed(let tag, let vr): "\(tag.text) has undefined length, not allowed for \(vr)"
        case .itemExpected(let tag): "\(tag.text) contains something other than items"
        case .delimiterNotExpected: "An item is outside of any sequence"
        case .sequenceExpected(let tag): "\(tag.text) is not a sequence"
        case .endsOutside(let tag): "An element ends outside of its item in \(tag.text)"
        case .depthExceedsMaximum(let tag, let maximum): "\(tag.text) is nested more than \(maximum) levels deep"
        case .lengthExceedsMaximum: "The UIDs are too far from the beginning"
        case .valueLengthExceedsMaximum(let tag, let length, _): "\(tag.text) is not a UID: it has \(length) bytes"
        case .tooManyElements: "The data set has more elements than its size allows"
        case .inflatesTooFar: "The data set inflates to more bytes than its size allows"
        case .truncated(let count): "The data set ends too early, after \(count) bytes"
        case .invalidUID(let tag, let error): "\(tag.text) is not a UID: \(error)"
        case .deflateStreamDamaged: "The deflated data set is damaged"
        case .prefixMissing: "Not a DICOM file: no DICM after 128 bytes"
        case .elementMissing(let tag): "\(tag.text) is missing"
        }
    }

    /// What the standard or a limit requires in place of the fault.
    package var expected: String {
        switch self {
        case .invalidVR: "a VR of two upper-case letters"
        case .explicitVRFound: "a length of 32 bits, without a VR"
        case .undefinedLengthNotAllowed: "a defined length"
        case .itemExpected: "an item or a sequence delimiter"
        case .delimiterNotExpected: "an element"
        case .sequenceExpected: "a sequence of items"
        case .endsOutside: "an element that ends in its item"
        case .depthExceedsMaximum(_, let maximum): "at most \(maximum) levels"
        case .lengthExceedsMaximum(_, _, let maximum): "at most \(maximum) more bytes before the UIDs"
        case .valueLengthExceedsMaximum, .invalidUID: "1 to \(UID.maximumLength) digits and dots"
        case .tooManyElements(let maximum): "at most \(maximum) elements in the received bytes"
        case .inflatesTooFar(let maximum): "at most \(maximum) bytes inflated from the received bytes"
        case .truncated: "a whole data set"
        case .deflateStreamDamaged: "a raw deflate stream"
        case .prefixMissing: "DICM after 128 bytes"
        case .elementMissing(let tag): tag.text
        }
    }

    /// What was received instead.
    package var got: String {
        switch self {
        case .invalidVR: "two other bytes"
        case .explicitVRFound(_, let vr): "the VR \(vr)"
        case .undefinedLengthNotAllowed(_, let vr): "undefined length with the VR \(vr)"
        case .itemExpected: "another element"
        case .delimiterNotExpected: "an item or a delimiter"
        case .sequenceExpected: "another element"
        case .endsOutside: "a longer one"
        case .depthExceedsMaximum: "more"
        case .lengthExceedsMaximum(_, let length, _), .valueLengthExceedsMaximum(_, let length, _): "\(length) bytes"
        case .tooManyElements, .inflatesTooFar: "more"
        case .truncated(let count): "\(count) bytes"
        case .invalidUID(_, let error): "\(error)"
        case .deflateStreamDamaged(let code): "zlib's error \(code)"
        case .prefixMissing, .elementMissing: "none"
        }
    }
}
