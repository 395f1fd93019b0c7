import DICOM
import NIOCore

/// An item or sub-item of an A-ASSOCIATE PDU: type, a reserved byte, a 16-bit length, a value. PS3.8 §9.3.2.
struct PDUItem {
    let type: UInt8
    let value: ByteBuffer

    /// Takes the next item off the buffer, which holds the parent's value; nil at its end.
    static func read(from buffer: inout ByteBuffer) throws(PDUDecodingError) -> PDUItem? {
        guard buffer.readableBytes > 0 else { return nil }
        guard let (type, _, length) = buffer.readMultipleIntegers(as: (UInt8, UInt8, UInt16).self) else {
            throw .itemHeaderTruncated(remaining: buffer.readableBytes)
        }
        guard let value = buffer.readSlice(length: Int(length)) else {
            throw .itemExceedsParent(type: type, length: Int(length), remaining: buffer.readableBytes)
        }
        return PDUItem(type: type, value: value)
    }

    /// The value as text without padding. Names are ASCII: other bytes read as U+FFFD, and match nothing that is known.
    var text: String {
        String(decoding: value.readableBytesView.trimmingPadding(), as: UTF8.self)
    }

    func uint32() throws(PDUDecodingError) -> UInt32 {
        guard value.readableBytes == 4, let number = value.getInteger(at: value.readerIndex, as: UInt32.self) else {
            throw .itemLengthNotAllowed(type: type, length: value.readableBytes, expected: 4)
        }
        return number
    }
}
