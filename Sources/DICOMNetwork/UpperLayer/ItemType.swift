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
}
