// SPDX-License-Identifier: Apache-2.0

/// The tag of a data element: group and element number. The order is that of elements in a data set.
///
/// PS3.5 §7.1.1.
package struct Tag: Hashable, Sendable {
    package let group: UInt16
    package let element: UInt16

    package init(_ group: UInt16, _ element: UInt16) {
        self.group = group
        self.element = element
    }
}

extension Tag {
    static let mediaStorageSOPClassUID = Tag(0x0002, 0x0002)
    package static let transferSyntaxUID = Tag(0x0002, 0x0010)
    package static let sopClassUID = Tag(0x0008, 0x0016)
    package static let sopInstanceUID = Tag(0x0008, 0x0018)
    package static let referencedSOPClassUID = Tag(0x0008, 0x1150)
    package static let referencedSOPInstanceUID = Tag(0x0008, 0x1155)
    package static let transactionUID = Tag(0x0008, 0x1195)
    package static let failureReason = Tag(0x0008, 0x1197)
    package static let failedSOPSequence = Tag(0x0008, 0x1198)
    package static let referencedSOPSequence = Tag(0x0008, 0x1199)
    package static let studyDate = Tag(0x0008, 0x0020)
    package static let studyInstanceUID = Tag(0x0020, 0x000D)
    package static let seriesInstanceUID = Tag(0x0020, 0x000E)
    package static let floatPixelData = Tag(0x7FE0, 0x0008)
    package static let doubleFloatPixelData = Tag(0x7FE0, 0x0009)
    package static let pixelData = Tag(0x7FE0, 0x0010)

    /// PS3.5 §7.5: these three have no VR in any transfer syntax.
    package static let item = Tag(0xFFFE, 0xE000)
    package static let itemDelimitationItem = Tag(0xFFFE, 0xE00D)
    package static let sequenceDelimitationItem = Tag(0xFFFE, 0xE0DD)
}

extension Tag: Comparable {
    package static func < (lhs: Tag, rhs: Tag) -> Bool {
        (lhs.group, lhs.element) < (rhs.group, rhs.element)
    }
}

extension Tag: CustomStringConvertible {
    /// The form of the standard, `(0008,0018)`.
    package var description: String {
        "(" + Self.hexadecimal(group) + "," + Self.hexadecimal(element) + ")"
    }

    private static func hexadecimal(_ number: UInt16) -> String {
        let digits = String(number, radix: 16, uppercase: true)
        return String(repeating: "0", count: 4 - digits.utf8.count) + digits
    }
}
