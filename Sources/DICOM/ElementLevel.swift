/// One of the things that enclose an element: the data set, a sequence or an item of undefined length.
struct ElementLevel {
    enum Kind: Hashable {
        case dataSet
        case sequence
        case item
        /// Of encapsulated pixel data. PS3.5 §A.4.
        case fragments
    }

    let kind: Kind
    /// The sequence that it is, or is in.
    let element: ElementPlace
    /// How its elements are written.
    var encoding: ElementEncoding
    /// Whether it ought to be written so. An item may turn out to be written otherwise.
    let isExplicitVR: Bool
    /// Somewhere inside an element with the VR UN.
    let isInsideUnknown: Bool
    /// Of the elements inside, the last one so far.
    var lastTag: Tag?
    /// Whether that one can be a sequence, and had a length.
    var endsWithWholeSequence = false

    init(_ kind: Kind, in element: ElementPlace, encoding: ElementEncoding, isInsideUnknown: Bool = false) {
        self.kind = kind
        self.element = element
        self.encoding = encoding
        isExplicitVR = encoding.isExplicitVR
        self.isInsideUnknown = isInsideUnknown
    }
}
