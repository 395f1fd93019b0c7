import DICOM

/// Why a command set could not be read.
package enum CommandSetError: Error, Hashable, Sendable {
    case headerTruncated(remaining: Int)
    /// The offset is that of the element in the command set.
    case groupNotAllowed(Tag, offset: Int)
    case valueExceedsCommandSet(Tag, length: UInt32, remaining: Int)
    case elementRepeated(Tag)
    case elementMissing(CommandElement)
    case lengthNotAllowed(CommandElement, length: Int, expected: Int)
    case invalidUID(CommandElement, UIDError)
}

extension CommandSetError: CustomStringConvertible {
    /// For logs and Error Comments: which element, and what is wrong with it. What is said of an element that
    /// `CommandElement` names has at most 64 characters.
    package var description: String {
        switch self {
        case .headerTruncated(let remaining):
            "the command set ends inside an element's header, which has 8 bytes and \(remaining) are left"
        case .groupNotAllowed(let tag, let offset):
            "the command set has \(Self.name(ofForeign: tag)) at offset \(offset), expected group 0000"
        case .valueExceedsCommandSet(let tag, let length, let remaining):
            "\(Self.name(of: tag)) runs past the command set: length \(length), \(remaining) bytes are left"
        case .elementRepeated(let tag): "\(Self.name(of: tag)) is repeated"
        case .elementMissing(let element): "\(element) is missing"
        case .lengthNotAllowed(let element, let length, let expected):
            "\(element) has \(length) bytes, expected \(expected)"
        case .invalidUID(let element, let error): "\(element) \(error)"
        }
    }

    private static func name(of tag: Tag) -> String {
        CommandElement(rawValue: tag.element).map { "\($0)" } ?? "\(tag)"
    }

    /// Where the peer has lost its way, the four bytes are of any value, also of a text. Those of a data set's low groups
    /// cannot be: their second byte is NUL.
    private static func name(ofForeign tag: Tag) -> String {
        tag.group <= 0x00FF ? "\(tag)" : "an element of another group"
    }
}
