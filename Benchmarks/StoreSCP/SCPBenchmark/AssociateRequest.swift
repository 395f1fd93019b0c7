// SPDX-License-Identifier: Apache-2.0

/// An A-ASSOCIATE-RQ for one object's SOP class and transfer syntax, and the values that are read from its
/// A-ASSOCIATE-AC. PS3.8 §9.3.2, §9.3.3.
struct AssociateRequest {
    let object: StoredObject
    /// The number of operations that may be outstanding. 1 is the default and is not negotiated. PS3.7 §D.3.3.3.
    let window: Int

    var bytes: [UInt8] {
        let context = Self.item(
            0x20,
            [Sender.contextID, 0, 0, 0] + Self.item(0x30, Array(object.sopClassUID.utf8))
                + Self.item(0x40, Array(object.transferSyntaxUID.utf8)))
        let operations = UInt16(window).bigEndianBytes + UInt16(1).bigEndianBytes
        let information =
            Self.item(0x51, [0, 0, 0x40, 0]) + Self.item(0x52, Array("2.25.8".utf8))
            + (window > 1 ? Self.item(0x53, operations) : [])
        return Self.pdu(contexts: context, information: information)
    }

    static func pdu(contexts: [UInt8], information: [UInt8]) -> [UInt8] {
        let body =
            [0, 1, 0, 0] + Array("STORESCP        BENCHMARK       ".utf8) + [UInt8](repeating: 0, count: 32)
            + item(0x10, Array("1.2.840.10008.3.1.1.1".utf8)) + contexts + item(0x50, information)
        return [1, 0] + UInt32(body.count).bigEndianBytes + body
    }

    static func item(_ type: UInt8, _ value: [UInt8]) -> [UInt8] {
        [type, 0] + UInt16(value.count).bigEndianBytes + value
    }

    struct Answer {
        /// The maximum length of a P-DATA-TF that the receiver accepts; 0 for any length.
        let maximumLength: Int
        let window: Int

        /// Fails if the association or its only presentation context was not accepted.
        init?(_ pdu: [UInt8]) {
            guard pdu.first == 2, Self.value(of: 0x21, in: pdu[74...])?.dropFirst(2).first == 0 else { return nil }
            let information = Self.value(of: 0x50, in: pdu[74...]) ?? []
            maximumLength = Self.value(of: 0x51, in: information)?.reduce(0) { $0 << 8 | Int($1) } ?? 16384
            window = Self.value(of: 0x53, in: information)?.prefix(2).reduce(0) { $0 << 8 | Int($1) } ?? 1
        }

        /// The first item of this type.
        private static func value(of type: UInt8, in items: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
            var rest = items
            while rest.count >= 4 {
                let length = Int(rest[rest.startIndex + 2]) << 8 | Int(rest[rest.startIndex + 3])
                let value = rest.dropFirst(4).prefix(length)
                if rest.first == type { return value }
                rest = rest.dropFirst(4 + length)
            }
            return nil
        }
    }
}
