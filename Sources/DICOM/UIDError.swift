/// Why bytes are not a UID. The bytes themselves are left out: in a broken data set they can be anything.
package enum UIDError: Error, Hashable, Sendable {
    case empty
    case tooLong(length: Int, maximum: Int)
    case byteNotAllowed(UInt8, offset: Int)
    case emptyComponent(offset: Int)
}
