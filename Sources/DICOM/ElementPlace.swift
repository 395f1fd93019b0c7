/// Where in a data set an element stands.
package struct ElementPlace: Hashable, Sendable {
    package let tag: Tag
    /// Of its first byte, in the data set as it is after inflation.
    package let offset: UInt64

    package init(tag: Tag, offset: UInt64) {
        self.tag = tag
        self.offset = offset
    }
}
