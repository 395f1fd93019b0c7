import DICOM
import NIOCore

/// The command set of a message: elements of group 0000 with their values as sent.
///
/// Always Implicit VR Little Endian, whatever the presentation context. PS3.7 §6.3.1.
package struct CommandSet: Hashable, Sendable {
    /// (0000,0800): any other value says that a data set follows. PS3.7 §E.1.
    package static let noDataSet: UInt16 = 0x0101
    package static let maximumErrorCommentLength = 64

    private var values: [UInt16: [UInt8]] = [:]

    package init() {}

    /// The group length is not believed: it may be wrong or absent, and the message control header says where the end is.
    package init(decoding buffer: ByteBuffer) throws(CommandSetError) {
        var buffer = buffer
        while buffer.readableBytes > 0 {
            guard
                let (group, element, length) = buffer.readMultipleIntegers(
                    endianness: .little, as: (UInt16, UInt16, UInt32).self)
            else { throw .headerTruncated(remaining: buffer.readableBytes) }
            let tag = Tag(group, element)
            guard group == 0 else { throw .groupNotAllowed(tag) }
            guard let value = buffer.readBytes(length: Int(length)) else {
                throw .valueExceedsCommandSet(tag, length: length, remaining: buffer.readableBytes)
            }
            guard values.updateValue(value, forKey: element) == nil else { throw .elementRepeated(tag) }
        }
    }

    /// With the right group length, in ascending order.
    package func encoded() -> ByteBuffer {
        var body = ByteBuffer()
        for (element, value) in values.sorted(by: { $0.key < $1.key })
        where element != CommandElement.groupLength.rawValue {
            Self.write(element, value, into: &body)
        }
        var buffer = ByteBuffer()
        let length = UInt32(body.readableBytes)
        Self.write(CommandElement.groupLength.rawValue, Self.littleEndianBytes(length), into: &buffer)
        buffer.writeImmutableBuffer(body)
        return buffer
    }

    package func contains(_ element: CommandElement) -> Bool {
        values[element.rawValue] != nil
    }

    // MARK: Values

    package func uint16(_ element: CommandElement) throws(CommandSetError) -> UInt16 {
        guard let value = values[element.rawValue] else { throw .elementMissing(element) }
        guard value.count == 2 else { throw .lengthNotAllowed(element, length: value.count, expected: 2) }
        return UInt16(value[1]) << 8 | UInt16(value[0])
    }

    package func uid(_ element: CommandElement) throws(CommandSetError) -> UID {
        guard let value = values[element.rawValue] else { throw .elementMissing(element) }
        do {
            return try UID(trimming: value)
        } catch {
            throw .invalidUID(element, error)
        }
    }

    package func text(_ element: CommandElement) -> String? {
        values[element.rawValue].map { String(decoding: $0.trimmingPadding(), as: UTF8.self) }
    }

    package mutating func set(_ element: CommandElement, _ number: UInt16) {
        values[element.rawValue] = Self.littleEndianBytes(number)
    }

    /// Padded with NUL. PS3.5 §9.1.
    package mutating func set(_ element: CommandElement, uid: String) {
        set(element, Array(uid.utf8), padding: 0)
    }

    /// Padded with a space. PS3.5 §6.2.
    package mutating func set(_ element: CommandElement, text: String) {
        set(element, Array(text.utf8), padding: UInt8(ascii: " "))
    }

    /// Cut and stripped of what (0000,0902) cannot hold: it is an LO, and as no character set is declared, ASCII.
    ///
    /// PS3.7 §C; PS3.5 §6.2.
    package mutating func setErrorComment(_ comment: String) {
        let bytes = comment.utf8.prefix(Self.maximumErrorCommentLength).map { byte in
            (0x20...0x7E).contains(byte) && byte != UInt8(ascii: "\\") ? byte : UInt8(ascii: "?")
        }
        set(.errorComment, text: String(decoding: bytes, as: UTF8.self))
    }

    /// Takes the element over as it stands, when there is one: a response repeats what the request said.
    package mutating func copy(_ element: CommandElement, from request: CommandSet) {
        values[element.rawValue] = request.values[element.rawValue]
    }

    private mutating func set(_ element: CommandElement, _ value: [UInt8], padding: UInt8) {
        values[element.rawValue] = value.count.isMultiple(of: 2) ? value : value + [padding]
    }

    private static func littleEndianBytes(_ number: some FixedWidthInteger & UnsignedInteger) -> [UInt8] {
        (0..<number.bitWidth / 8).map { UInt8(truncatingIfNeeded: number >> ($0 * 8)) }
    }

    private static func write(_ element: UInt16, _ value: [UInt8], into buffer: inout ByteBuffer) {
        buffer.writeMultipleIntegers(UInt16(0), element, UInt32(value.count), endianness: .little)
        buffer.writeBytes(value)
    }
}
