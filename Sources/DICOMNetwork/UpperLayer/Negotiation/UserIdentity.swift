// SPDX-License-Identifier: Apache-2.0

/// Who uses the association's requestor, and how that is proved. PS3.7 §D.3.3.7.
package struct UserIdentity: Hashable, Sendable {
    /// PS3.7 Table D.3-14.
    package enum Kind: UInt8, Hashable, Sendable, CaseIterable {
        case username = 1
        case usernameAndPasscode = 2
        case kerberosServiceTicket = 3
        case samlAssertion = 4
        case jsonWebToken = 5
    }

    /// `nil` for a type that the standard did not define when this was written.
    package var kind: Kind? { Kind(rawValue: type) }
    package var type: UInt8
    package var isPositiveResponseRequested: Bool
    /// The username, the ticket, the assertion or the token.
    package var primaryField: [UInt8]
    /// The passcode; empty for other types.
    package var secondaryField: [UInt8]

    package init(
        type: UInt8, isPositiveResponseRequested: Bool, primaryField: [UInt8], secondaryField: [UInt8] = []
    ) {
        self.type = type
        self.isPositiveResponseRequested = isPositiveResponseRequested
        self.primaryField = primaryField
        self.secondaryField = secondaryField
    }
}

extension UserIdentity: CustomStringConvertible, CustomReflectable {
    /// Does not contain names or secrets.
    package var description: String { "user identity of type \(type)" }

    package var customMirror: Mirror { Mirror(self, children: ["type": type]) }
}
