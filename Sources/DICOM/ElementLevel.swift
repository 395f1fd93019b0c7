// SPDX-License-Identifier: Apache-2.0

/// What encloses an element: the data set, or a sequence, item or fragments of undefined length.
struct ElementLevel {
    enum Kind: Hashable {
        case dataSet
        case sequence
        case item
        /// Encapsulated pixel data. PS3.5 §A.4.
        case fragments
    }

    let kind: Kind
    /// The sequence itself, or the sequence that contains the item.
    let element: ElementPlace
    /// The encoding in which its elements are read.
    var encoding: ElementEncoding
    /// Whether its elements should be in Explicit VR. `encoding` changes if an item turns out to use another encoding.
    let isExplicitVR: Bool
    /// Whether it is inside an element with the VR UN, at any depth.
    let isInsideUnknown: Bool
    /// Whether the items of a sequence are reported, and read element by element although their lengths are defined.
    var readsItems = false
    /// The offset at which a sequence or item ends that is read inside although its length is defined.
    var end: UInt64?
    /// The offset that no element inside may cross: `end`, or that of a level that encloses this one.
    var bound = UInt64.max
    /// The tag of the last element inside, so far.
    var lastTag: Tag?
    /// Whether that element can be a sequence and has a defined length.
    var endsWithWholeSequence = false

    init(_ kind: Kind, in element: ElementPlace, encoding: ElementEncoding, isInsideUnknown: Bool = false) {
        self.kind = kind
        self.element = element
        self.encoding = encoding
        isExplicitVR = encoding.isExplicitVR
        self.isInsideUnknown = isInsideUnknown
    }
}
