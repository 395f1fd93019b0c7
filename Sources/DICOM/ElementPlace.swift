// SPDX-License-Identifier: Apache-2.0

/// The position of an element in a data set.
package struct ElementPlace: Hashable, Sendable {
    package let tag: Tag
    /// The offset of its first byte in the data set, after inflation.
    package let offset: UInt64

    package init(tag: Tag, offset: UInt64) {
        self.tag = tag
        self.offset = offset
    }
}
