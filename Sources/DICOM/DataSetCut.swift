// SPDX-License-Identifier: Apache-2.0

/// Where a data set ends too early.
package struct DataSetCut: Hashable, Sendable {
    /// The innermost element that is not complete.
    package let element: ElementPlace
    /// `nil` if it is not known: the element ends with a delimiter, or the end of the deflated stream is missing.
    package let missingBytes: UInt64?

    package init(element: ElementPlace, missingBytes: UInt64?) {
        self.element = element
        self.missingBytes = missingBytes
    }
}

extension DataSetCut: CustomStringConvertible {
    /// A sentence of at most 64 characters, the limit of an Error Comment (0000,0902).
    package var description: String {
        let missing = missingBytes.map { "\($0) bytes" } ?? "its end"
        return "Cut in \(element.tag.text) at byte \(element.offset), \(missing) missing"
    }
}
