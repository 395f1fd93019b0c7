// SPDX-License-Identifier: Apache-2.0

/// Why bytes are not a UID. Texts do not contain the bytes, which can be anything in a damaged data set.
package enum UIDError: Error, Hashable, Sendable {
    case empty
    case tooLong(length: Int, maximum: Int)
    case byteNotAllowed(UInt8, offset: Int)
    case emptyComponent(offset: Int)
}

extension UIDError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .empty: "empty"
        case .tooLong(let length, let maximum): "\(length) characters, at most \(maximum)"
        case .byteNotAllowed(_, let offset): "no digit or dot at character \(offset + 1)"
        case .emptyComponent(let offset): "nothing between dots at character \(offset + 1)"
        }
    }
}
