/// Why bytes are not a UID. The bytes themselves are left out: in a broken data set they can be anything.
package enum UIDError: Error, Hashable, Sendable {
    case empty
    case tooLong(length: Int, maximum: Int)
    case byteNotAllowed(UInt8, offset: Int)
    case emptyComponent(offset: Int)
}

extension UIDError: CustomStringConvertible {
    /// What is said of an element, such as "has byte 20H at offset 5"; short, since an Error Comment has 64 characters.
    package var description: String {
        switch self {
        case .empty: "is empty"
        case .tooLong(let length, let maximum): "has \(length) bytes, over \(maximum)"
        case .byteNotAllowed(let byte, let offset): "has byte \(Self.hexadecimal(byte)) at offset \(offset)"
        case .emptyComponent: "has an empty component"
        }
    }

    /// The form of the standard, `20H`.
    private static func hexadecimal(_ byte: UInt8) -> String {
        (byte < 0x10 ? "0" : "") + String(byte, radix: 16, uppercase: true) + "H"
    }
}
