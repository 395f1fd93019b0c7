/// What (0008,0005) says about how many bytes a character takes. PS3.3 §C.12.1.1.2.
enum CharacterRepertoire: Hashable {
    case singleByte
    case utf8
    /// With code extensions, or GB18030 or GBK: how many characters there are cannot be told without decoding.
    case multiByte

    init(specificCharacterSet bytes: [UInt8]) {
        let term = String(decoding: bytes.trimmingPadding(), as: UTF8.self)
        switch term {
        case "ISO_IR 192": self = .utf8
        case "GB18030", "GBK": self = .multiByte
        default: self = term.contains("\\") ? .multiByte : .singleByte
        }
    }

    /// The number of characters in a value without its padding; nil when that cannot be told.
    func characterCount(_ bytes: [UInt8]) -> Int? {
        let value = bytes.trimmingPadding()
        switch self {
        case .singleByte: return value.count
        // All but continuation bytes.
        case .utf8: return value.count { $0 & 0xC0 != 0x80 }
        case .multiByte: return nil
        }
    }
}
