// SPDX-License-Identifier: Apache-2.0

/// A request that cannot be sent on this association.
package enum RequestNotPossible: Error, Hashable, Sendable {
    case contextNotAccepted(UInt8)
    /// Only one operation at a time is possible.
    case operationOutstanding
}

extension RequestNotPossible: CustomStringConvertible {
    package var description: String {
        switch self {
        case .contextNotAccepted(let id): "presentation context \(id) was not accepted"
        case .operationOutstanding: "an operation is outstanding, and only one at a time is possible"
        }
    }
}
