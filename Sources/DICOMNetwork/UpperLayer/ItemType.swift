// SPDX-License-Identifier: Apache-2.0

/// The first byte of an item in an A-ASSOCIATE PDU. PS3.8 §9.3.2, §9.3.3 and annex D; PS3.7 §D.3.3.
enum ItemType {
    static let applicationContext: UInt8 = 0x10
    static let proposedPresentationContext: UInt8 = 0x20
    static let presentationContextAnswer: UInt8 = 0x21
    static let abstractSyntax: UInt8 = 0x30
    static let transferSyntax: UInt8 = 0x40
    static let userInformation: UInt8 = 0x50
    static let maximumLength: UInt8 = 0x51
    static let implementationClassUID: UInt8 = 0x52
    static let asynchronousOperationsWindow: UInt8 = 0x53
    static let roleSelection: UInt8 = 0x54
    static let implementationVersionName: UInt8 = 0x55
    static let extendedNegotiation: UInt8 = 0x56
    static let commonExtendedNegotiation: UInt8 = 0x57
    static let userIdentity: UInt8 = 0x58
    static let userIdentityServerResponse: UInt8 = 0x59

    /// For logs, such as `item 10H (application context)`.
    static func description(of type: UInt8) -> String {
        "item \(type.standardHexadecimal)" + (name(of: type).map { " (\($0))" } ?? "")
    }

    private static func name(of type: UInt8) -> String? {
        switch type {
        case applicationContext: "application context"
        case proposedPresentationContext: "presentation context"
        case presentationContextAnswer: "presentation context's answer"
        case abstractSyntax: "abstract syntax"
        case transferSyntax: "transfer syntax"
        case userInformation: "user information"
        case maximumLength: "maximum length"
        case implementationClassUID: "implementation class UID"
        case asynchronousOperationsWindow: "asynchronous operations window"
        case roleSelection: "role selection"
        case implementationVersionName: "implementation version name"
        case extendedNegotiation: "SOP class extended negotiation"
        case commonExtendedNegotiation: "SOP class common extended negotiation"
        case userIdentity: "user identity"
        case userIdentityServerResponse: "user identity's answer"
        default: nil
        }
    }
}
