import FoundationEssentials

extension JSONEncoder {
    /// Keys in a fixed order and slashes as they are, so that a person can read and compare what comes out.
    static var lambda: JSONEncoder {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return encoder
    }
}
