/// What stands before a value: tag, VR and length, and where the element is nested. PS3.5 §7.1.
package struct ElementHeader: Hashable, Sendable {
    package let tag: Tag
    /// Nil in Implicit VR, and for items and delimiters.
    package let vr: VR?
    /// Nil: undefined, the end is marked by a delimiter.
    package let length: UInt32?
    /// 0 at the top level. Items of defined length are skipped whole and so are never seen from inside.
    package let depth: Int
}

extension ElementHeader {
    /// Without a VR only private elements: the standard's own are written right more often.
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
