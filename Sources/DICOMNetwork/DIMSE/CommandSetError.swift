import DICOM

/// Why a command set could not be read.
package enum CommandSetError: Error, Hashable, Sendable {
    case headerTruncated(remaining: Int)
    case groupNotAllowed(Tag)
    case valueExceedsCommandSet(Tag, length: UInt32, remaining: Int)
    case elementRepeated(Tag)
    case elementMissing(CommandElement)
    case lengthNotAllowed(CommandElement, length: Int, expected: Int)
    case invalidUID(CommandElement, UIDError)
}
