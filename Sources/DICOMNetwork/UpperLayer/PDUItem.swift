// SPDX-License-Identifier: Apache-2.0

import DICOM
import NIOCore

/// An item or sub-item of an A-ASSOCIATE PDU: type, a reserved byte, a 16-bit length, a value. PS3.8 §9.3.2.
struct PDUItem {
    let type: UInt8
    /// The part of the value not yet read.
    private(set) var value: ByteBuffer

    var isAtEnd: Bool { value.readableBytes == 0 }

    /// The value as text without padding. Names are ASCII: other bytes become U+FFFD and match no known name.
    var text: String { Self.text(value) }

    mutating func uint8() throws(PDUDecodingError) -> UInt8 {
        guard let number = value.readInteger(as: UInt8.self) else { throw truncated(1) }
        return number
    }

    mutating func uint16() throws(PDUDecodingError) -> UInt16 {
        guard let number = value.readInteger(as: UInt16.self) else { throw truncated(2) }
        return number
    }

    mutating func uint32() throws(PDUDecodingError) -> UInt32 {
        guard let number = value.readInteger(as: UInt32.self) else { throw truncated(4) }
        return number
    }

    mutating func skip(_ count: Int) throws(PDUDecodingError) {
        guard value.readSlice(length: count) != nil else { throw truncated(count) }
    }

    /// A field that follows its 16-bit length.
    mutating func lengthPrefixedBytes() throws(PDUDecodingError) -> [UInt8] {
        Array(try lengthPrefixedSlice().readableBytesView)
    }

    /// A UID that follows its 16-bit length.
    mutating func lengthPrefixedText() throws(PDUDecodingError) -> String {
        Self.text(try lengthPrefixedSlice())
    }

    /// The next item inside this one; `nil` at the end.
    mutating func readItem(counting count: inout ItemCount) throws(PDUDecodingError) -> PDUItem? {
        try Self.read(from: &value, counting: &count)
    }

    func requireEnd() throws(PDUDecodingError) {
        guard isAtEnd else { throw .itemTooLong(type: type, surplus: value.readableBytes) }
    }

    private init(type: UInt8, value: ByteBuffer) {
        self.type = type
        self.value = value
    }

    /// A field that has items of its own; errors in it name the item around it.
    init(type: UInt8, bytes: [UInt8]) {
        self.init(type: type, value: ByteBuffer(bytes: bytes))
    }

    /// Takes the next item off the buffer, which holds the parent's value; `nil` at the end.
    static func read(
        from buffer: inout ByteBuffer, counting count: inout ItemCount
    ) throws(PDUDecodingError) -> PDUItem? {
        guard buffer.readableBytes > 0 else { return nil }
        try count.add()
        guard let (type, _, length) = buffer.readMultipleIntegers(as: (UInt8, UInt8, UInt16).self) else {
            throw .itemHeaderTruncated(remaining: buffer.readableBytes)
        }
        guard let value = buffer.readSlice(length: Int(length)) else {
            throw .itemExceedsParent(type: type, length: Int(length), remaining: buffer.readableBytes)
        }
        return PDUItem(type: type, value: value)
    }

    private mutating func lengthPrefixedSlice() throws(PDUDecodingError) -> ByteBuffer {
        let length = Int(try uint16())
        guard let slice = value.readSlice(length: length) else { throw truncated(length) }
        return slice
    }

    private func truncated(_ count: Int) -> PDUDecodingError {
        .itemTruncated(type: type, expected: count, remaining: value.readableBytes)
    }

    private static func text(_ bytes: ByteBuffer) -> String {
        String(decoding: bytes.readableBytesView.trimmingPadding(), as: UTF8.self)
    }
}

/// Counts the items and sub-items of an A-ASSOCIATE PDU against their limit.
struct ItemCount {
    let maximum: Int
    private var count = 0

    init(maximum: Int) {
        self.maximum = maximum
    }

    mutating func add() throws(PDUDecodingError) {
        count += 1
        guard count <= maximum else { throw .tooManyItems(maximum: maximum) }
    }
}
