// SPDX-License-Identifier: Apache-2.0

import DICOM
import NIOCore

/// The command set of a message: elements of group 0000 with their values as sent.
///
/// Always Implicit VR Little Endian, whatever the presentation context. PS3.7 §6.3.1. Every request and every response
/// has one, so all elements are kept in one array to save allocations.
package struct CommandSet: Hashable, Sendable {
    /// (0000,0800): any other value means that a data set follows. PS3.7 §E.1.
    package static let noDataSet: UInt16 = 0x0101
    package static let maximumErrorCommentLength = 64

    private static let headerLength = 8

    /// The elements as sent, in ascending order, without the group length.
    private var elements: [UInt8] = []

    package init() {
        elements.reserveCapacity(256)
    }

    /// The group length is ignored: it may be wrong or absent, and the message control header tells where the command
    /// set ends.
    package init(decoding buffer: ByteBuffer) throws(CommandSetError) {
        let bytes = Array(buffer.readableBytesView)
        var found: [(number: UInt16, range: Range<Int>)] = []
        found.reserveCapacity(12)
        var isAscending = true
        var offset = 0
        while offset < bytes.count {
            let remaining = bytes.count - offset
            guard remaining >= Self.headerLength else { throw .headerTruncated(remaining: remaining) }
            let tag = Tag(Self.uint16(bytes, at: offset), Self.uint16(bytes, at: offset + 2))
            guard tag.group == 0 else { throw .groupNotAllowed(tag, offset: offset) }
            let length = Self.uint32(bytes, at: offset + 4)
            guard Int(length) <= remaining - Self.headerLength else {
                throw .valueExceedsCommandSet(tag, length: length, remaining: remaining - Self.headerLength)
            }
            let end = offset + Self.headerLength + Int(length)
            if let last = found.last, last.number >= tag.element { isAscending = false }
            found.append((tag.element, offset..<end))
            offset = end
        }
        if !isAscending {
            found.sort { $0.number < $1.number }
            for (one, next) in zip(found, found.dropFirst()) where one.number == next.number {
                throw .elementRepeated(Tag(0, one.number))
            }
        }
        elements.reserveCapacity(bytes.count)
        for (number, range) in found where number != CommandElement.groupLength.rawValue {
            elements += bytes[range]
        }
    }

    /// In ascending order, with the correct group length.
    package func encoded() -> ByteBuffer {
        var buffer = ByteBuffer()
        buffer.reserveCapacity(Self.headerLength + 4 + elements.count)
        buffer.writeMultipleIntegers(
            UInt16(0), CommandElement.groupLength.rawValue, UInt32(4), UInt32(elements.count), endianness: .little)
        buffer.writeBytes(elements)
        return buffer
    }

    package func contains(_ element: CommandElement) -> Bool {
        value(of: element) != nil
    }

    // MARK: Values

    package func uint16(_ element: CommandElement) throws(CommandSetError) -> UInt16 {
        guard let value = value(of: element) else { throw .elementMissing(element) }
        guard value.count == 2 else { throw .lengthNotAllowed(element, length: value.count, expected: 2) }
        return Self.uint16(elements, at: value.startIndex)
    }

    package func uid(_ element: CommandElement) throws(CommandSetError) -> UID {
        guard let value = value(of: element) else { throw .elementMissing(element) }
        do {
            return try UID(trimming: value)
        } catch {
            throw .invalidUID(element, error)
        }
    }

    package func text(_ element: CommandElement) -> String? {
        value(of: element).map { String(decoding: $0.trimmingPadding(), as: UTF8.self) }
    }

    package mutating func set(_ element: CommandElement, _ number: UInt16) {
        withUnsafeBytes(of: number.littleEndian) { set(element, $0, padding: nil) }
    }

    /// Padded with NUL. PS3.5 §9.1.
    package mutating func set(_ element: CommandElement, uid: String) {
        set(element, uid.utf8, padding: 0)
    }

    /// Padded with a space. PS3.5 §6.2.
    package mutating func set(_ element: CommandElement, text: String) {
        set(element, text.utf8, padding: UInt8(ascii: " "))
    }

    /// Cut to 64 bytes; characters that (0000,0902) cannot hold become "?". It is an LO, in ASCII since no character
    /// set is declared.
    ///
    /// PS3.7 §C; PS3.5 §6.2.
    package mutating func setErrorComment(_ comment: String) {
        let bytes = comment.utf8.prefix(Self.maximumErrorCommentLength).map { byte in
            (0x20...0x7E).contains(byte) && byte != UInt8(ascii: "\\") ? byte : UInt8(ascii: "?")
        }
        set(.errorComment, text: String(decoding: bytes, as: UTF8.self))
    }

    /// Copies the element unchanged if the request has it: a response repeats values of its request.
    package mutating func copy(_ element: CommandElement, from request: CommandSet) {
        copy(element, from: request, as: element)
    }

    /// A response names what a DIMSE-N request calls requested as affected. PS3.7 §10.3.
    package mutating func copy(_ element: CommandElement, from request: CommandSet, as copy: CommandElement) {
        guard let value = request.value(of: element) else { return }
        set(copy, value, padding: nil)
    }

    // MARK: Bytes

    private func value(of element: CommandElement) -> ArraySlice<UInt8>? {
        let place = place(of: element)
        return place.isEmpty ? nil : elements[place.dropFirst(Self.headerLength)]
    }

    /// The range of the element with its header; if it is absent, an empty range where it belongs.
    private func place(of element: CommandElement) -> Range<Int> {
        var offset = 0
        while offset < elements.count {
            let number = Self.uint16(elements, at: offset + 2)
            guard number <= element.rawValue else { break }
            let end = offset + Self.headerLength + Int(Self.uint32(elements, at: offset + 4))
            if number == element.rawValue { return offset..<end }
            offset = end
        }
        return offset..<offset
    }

    /// Pads a value of odd length.
    private mutating func set(_ element: CommandElement, _ value: some Collection<UInt8>, padding: UInt8?) {
        let padding = value.count.isMultiple(of: 2) ? nil : padding
        let length = UInt32(value.count + (padding == nil ? 0 : 1))
        let place = place(of: element)
        let following = Array(elements[place.upperBound...])
        elements.removeSubrange(place.lowerBound...)
        // Group 0000, element and length.
        let header = UInt64(length) << 32 | UInt64(element.rawValue) << 16
        withUnsafeBytes(of: header.littleEndian) { elements.append(contentsOf: $0) }
        elements.append(contentsOf: value)
        if let padding { elements.append(padding) }
        elements += following
    }

    private static func uint16(_ bytes: [UInt8], at offset: Int) -> UInt16 {
        UInt16(bytes[offset + 1]) << 8 | UInt16(bytes[offset])
    }

    private static func uint32(_ bytes: [UInt8], at offset: Int) -> UInt32 {
        UInt32(uint16(bytes, at: offset + 2)) << 16 | UInt32(uint16(bytes, at: offset))
    }
}
