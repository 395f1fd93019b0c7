/// Where a data set ends that ends too early.
package struct DataSetCut: Hashable, Sendable {
    /// The element that is not whole: the innermost whose end would have to come.
    package let element: ElementPlace
    /// Nil where no length says it: the end of the element is marked by a delimiter, or the deflated stream has no end.
    package let missingBytes: UInt64?

    package init(element: ElementPlace, missingBytes: UInt64?) {
        self.element = element
        self.missingBytes = missingBytes
    }
}

extension DataSetCut: CustomStringConvertible {
    /// A sentence of at most 64 characters, as long as an Error Comment (0000,0902) may be.
    package var description: String {
        let missing = missingBytes.map { "\($0) bytes" } ?? "its end"
        return "Cut in \(element.tag.text) at byte \(element.offset), \(missing) missing"
    }
}
