// SPDX-License-Identifier: Apache-2.0

/// The header of an element: tag, VR and length, and the element's nesting depth. PS3.5 §7.1.
package struct ElementHeader: Hashable, Sendable {
    package let tag: Tag
    /// `nil` in Implicit VR, and for items and delimiters.
    package let vr: VR?
    /// `nil` if undefined: a delimiter marks the end.
    package let length: UInt32?
    /// 0 at the top level. Items of defined length are skipped as a whole, so their elements are never read.
    package let depth: Int
}

extension ElementHeader {
    /// Whether the element can be a sequence. Without a VR, only private elements: standard ones are rarely written
    /// incorrectly.
    var mayBeSequence: Bool {
        switch vr {
        case nil: !tag.group.isMultiple(of: 2)
        case let vr?: vr == .sq || vr == .un
        }
    }

    func at(depth: Int) -> ElementHeader {
        ElementHeader(tag: tag, vr: vr, length: length, depth: depth)
    }
}
