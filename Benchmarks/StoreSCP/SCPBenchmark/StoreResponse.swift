// SPDX-License-Identifier: Apache-2.0

/// The elements that are read from a C-STORE-RSP. PS3.7 §9.3.1.2.
struct StoreResponse {
    private(set) var messageID: UInt16?
    private(set) var status: UInt16?

    /// The whole command set must be in one fragment. All receivers send it this way.
    init(_ pdu: [UInt8]) {
        guard pdu.first == 4 else { return }
        var rest = pdu.dropFirst(12)
        while rest.count >= 8 {
            let start = rest.startIndex
            let length = rest[start + 4..<start + 8].reversed().reduce(0) { $0 << 8 | Int($1) }
            let value = rest.dropFirst(8).prefix(length)
            switch (rest[start + 3], rest[start + 2]) {
            case (0x01, 0x20): messageID = Self.number(value)
            case (0x09, 0x00): status = Self.number(value)
            default: break
            }
            rest = rest.dropFirst(8 + length)
        }
    }

    private static func number(_ value: ArraySlice<UInt8>) -> UInt16? {
        guard value.count == 2 else { return nil }
        return UInt16(value[value.startIndex]) | UInt16(value[value.startIndex + 1]) << 8
    }
}
