// SPDX-License-Identifier: Apache-2.0

import DICOM

/// Why a command set could not be read.
package enum CommandSetError: Error, Hashable, Sendable {
    case headerTruncated(remaining: Int)
    /// The offset counts from the beginning of the command set.
    case groupNotAllowed(Tag, offset: Int)
    case valueExceedsCommandSet(Tag, length: UInt32, remaining: Int)
    case elementRepeated(Tag)
    case elementMissing(CommandElement)
    case lengthNotAllowed(CommandElement, length: Int, expected: Int)
    case invalidUID(CommandElement, UIDError)
}

extension CommandSetError: CustomStringConvertible {
    /// For logs: which element, and what is wrong with it.
    package var description: String {
        switch self {
        case .headerTruncated(let remaining):
            "the command set ends inside an element's header: \(remaining) bytes are left, expected 8"
        case .groupNotAllowed(let tag, let offset):
            "\(tag.text) is at offset \(offset) of the command set, expected group 0000"
        case .valueExceedsCommandSet(let tag, let length, let remaining):
            "\(Self.name(of: tag)) runs past the command set: length \(length), \(remaining) bytes are left"
        case .elementRepeated(let tag): "\(Self.name(of: tag)) is repeated"
        case .elementMissing(let element): "\(element) is missing"
        case .lengthNotAllowed(let element, let length, let expected):
            "\(element) has \(length) bytes, expected \(expected)"
        case .invalidUID(let element, let error): "\(element) is not a UID: \(error)"
        }
    }

    /// The description in at most 64 characters, for elements that `CommandElement` knows.
    var errorComment: String {
        guard case .invalidUID(let element, let error) = self else { return description }
        return "\(element.tag) is not a UID: \(error)"
    }

    private static func name(of tag: Tag) -> String {
        CommandElement(rawValue: tag.element).map { "\($0)" } ?? "\(tag)"
    }
}
