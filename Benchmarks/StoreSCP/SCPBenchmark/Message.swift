// SPDX-License-Identifier: Apache-2.0

/// The bytes of a C-STORE's PDUs, made once. Only the head differs between objects: each association has its own head,
/// and all share the rest.
struct Message: Sendable {
    /// The greatest length of a PDU, even if the receiver accepts longer ones.
    private static let greatestPDU = 1 << 20
    static let uidLength = 32

    let head: Head
    let tail: [UInt8]
    var count: Int { head.bytes.count + tail.count }

    /// The beginning of the message, including the UIDs in the data set.
    struct Head: Sendable {
        private(set) var bytes: [UInt8]
        fileprivate let instanceOffsets: [Int]
        fileprivate let studyOffsets: [Int]
        fileprivate let messageIDOffset: Int

        mutating func set(instance: Int, study: Int, messageID: UInt16) {
            set(instance, at: instanceOffsets, root: "1.2.1")
            set(study, at: studyOffsets, root: "1.2.2")
            bytes.replaceSubrange(messageIDOffset..<messageIDOffset + 2, with: messageID.littleEndianBytes)
        }

        private mutating func set(_ number: Int, at offsets: [Int], root: String) {
            let digits = Array(String(number).utf8)
            let zeros = [UInt8](repeating: UInt8(ascii: "0"), count: Message.uidLength - 5 - digits.count)
            let uid = Array(root.utf8) + zeros + digits
            for offset in offsets { bytes.replaceSubrange(offset..<offset + Message.uidLength, with: uid) }
        }
    }

    /// The PDUs are as long as the receiver accepts. A `maximumLength` of 0 means any length.
    init(_ object: StoredObject, maximumLength: Int) {
        let uid = [UInt8](repeating: UInt8(ascii: "1"), count: Self.uidLength)
        let studyUID = [UInt8](repeating: UInt8(ascii: "2"), count: Self.uidLength)
        let dataSet = object.dataSet(instanceUID: uid, studyUID: studyUID)
        let command = Self.command(sopClassUID: object.sopClassUID, instanceUID: uid)
        var bytes = Self.header(control: 3, count: command.bytes.count) + command.bytes
        bytes.reserveCapacity(dataSet.count + dataSet.count / 256 + 4096)
        let room = (maximumLength == 0 ? Self.greatestPDU : min(maximumLength, Self.greatestPDU)) - 6
        for start in stride(from: 0, to: dataSet.count, by: room) {
            let fragment = dataSet[start...].prefix(room)
            bytes += Self.header(control: fragment.endIndex == dataSet.count ? 2 : 0, count: fragment.count)
            bytes += fragment
        }
        let studyOffsets = Self.offsets(of: studyUID, in: bytes.prefix(1000))
        let headCount = (studyOffsets.last ?? 0) + Self.uidLength
        head = Head(
            bytes: Array(bytes[..<headCount]), instanceOffsets: Self.offsets(of: uid, in: bytes.prefix(1000)),
            studyOffsets: studyOffsets,
            messageIDOffset: Self.headerLength + command.messageIDOffset)
        tail = Array(bytes[headCount...])
    }

    private static func offsets(of uid: [UInt8], in bytes: ArraySlice<UInt8>) -> [Int] {
        bytes.indices.dropLast(uid.count).filter { bytes[$0..<$0 + uid.count].elementsEqual(uid) }
    }

    private static let headerLength = 12

    /// The headers of a PDU with one fragment.
    private static func header(control: UInt8, count: Int) -> [UInt8] {
        [4, 0] + UInt32(count + 6).bigEndianBytes + UInt32(count + 2).bigEndianBytes + [Sender.contextID, control]
    }

    /// PS3.7 §9.3.1.1.
    static func command(
        sopClassUID: String, instanceUID: [UInt8]
    ) -> (bytes: [UInt8], messageIDOffset: Int) {
        func element(_ number: UInt16, _ value: [UInt8]) -> [UInt8] {
            [0, 0] + number.littleEndianBytes + UInt32(value.count).littleEndianBytes + value
        }
        let uid = Array(sopClassUID.utf8)
        let first = element(0x0002, uid.count % 2 == 0 ? uid : uid + [0]) + element(0x0100, [1, 0])
        let rest =
            element(0x0110, [0, 0]) + element(0x0700, [0, 0]) + element(0x0800, [0, 0])
            + element(0x1000, instanceUID)
        let groupLength = element(0, UInt32(first.count + rest.count).littleEndianBytes)
        return (groupLength + first + rest, groupLength.count + first.count + 8)
    }
}
