// SPDX-License-Identifier: Apache-2.0

import DICOM
import Testing

/// Sequences that are read item by item, whatever their lengths.
@Suite("Reading items")
struct ItemReadingTests {
    static let sequence = DICOM.Tag(0x0008, 0x1199)
    static let inside = DICOM.Tag(0x0008, 0x1155)
    static let after = DICOM.Tag(0x0010, 0x0020)

    /// What the reader reports; the element after the sequence must be found again.
    static func events(
        _ bytes: [UInt8], _ syntax: TransferSyntax, every size: Int = .max
    ) throws(DataSetError) -> [String] {
        var reader = ElementReader(transferSyntax: syntax)
        var events: [String] = []
        for start in stride(from: 0, to: bytes.count, by: min(size, bytes.count)) {
            let result = bytes[start...].prefix(size).withUnsafeBytes { buffer in
                Result { () throws(DataSetError) in
                    var input = buffer[...]
                    while true {
                        switch try reader.next(&input) {
                        case .needsMoreBytes, .paused: return
                        case .item: events.append("item")
                        case .value(_, let value): events.append(String(decoding: value, as: UTF8.self))
                        case .element(let element):
                            events.append("\(element.tag) \(element.depth)")
                            if element.tag == sequence, element.depth == 0 { try reader.readItems() }
                            if element.tag == inside, element.depth == 2 { try reader.keepValue() }
                        }
                    }
                }
            }
            try result.get()
        }
        if let cut = reader.cut { events.append("cut in \(cut.element.tag)") }
        return events
    }

    struct Shape: Sendable, CustomTestStringConvertible {
        let syntax: TransferSyntax
        let definesSequence: Bool
        let definesItems: Bool

        var testDescription: String { "\(syntax) \(definesSequence) \(definesItems)" }

        func bytes(items count: Int = 2) -> [UInt8] {
            var items = DataSetBuilder(syntax)
            for number in 0..<count {
                var item = DataSetBuilder(syntax)
                item.element(ItemReadingTests.inside, "UI", "1.\(number)", padding: 0)
                items.header(.item, "", length: definesItems ? UInt32(item.bytes.count) : nil)
                items.append(raw: item.bytes)
                if !definesItems { items.delimiter(.itemDelimitationItem) }
            }
            var set = DataSetBuilder(syntax)
            set.header(ItemReadingTests.sequence, "SQ", length: definesSequence ? UInt32(items.bytes.count) : nil)
            set.append(raw: items.bytes)
            if !definesSequence { set.delimiter(.sequenceDelimitationItem) }
            set.element(ItemReadingTests.after, "LO", "SYN-1 ")
            return set.bytes
        }
    }

    static let shapes = [TransferSyntax.implicitVRLittleEndian, .explicitVRLittleEndian].flatMap { syntax in
        [true, false].flatMap { sequence in
            [true, false].map { Shape(syntax: syntax, definesSequence: sequence, definesItems: $0) }
        }
    }

    @Test(
        "Items and the elements after the sequence are found, in any fragments", arguments: shapes, [1, 3, 8, 12, .max])
    func found(_ shape: Shape, size: Int) throws {
        #expect(
            try Self.events(shape.bytes(), shape.syntax, every: size)
                == [
                    "(0008,1199) 0", "item", "(0008,1155) 2", "1.0\0", "item", "(0008,1155) 2", "1.1\0",
                    "(0010,0020) 0",
                ])
        #expect(
            try Self.events(shape.bytes(items: 0), shape.syntax, every: size) == ["(0008,1199) 0", "(0010,0020) 0"])
    }

    @Test("A data set that is cut inside is never whole", arguments: shapes)
    func cut(_ shape: Shape) throws {
        let bytes = shape.bytes()
        let elementAfter = 8 + 6
        for count in 1..<(bytes.count - elementAfter) {
            let events = try Self.events(Array(bytes.prefix(count)), shape.syntax)
            // Fewer than 8 bytes at the top level count as padding.
            #expect(count < 8 || events.last?.hasPrefix("cut") == true, "\(count)")
        }
    }

    @Test("Lengths that contradict each other are errors, in any fragments", arguments: [1, 5, .max])
    func contradictions(size: Int) {
        let shape = Shape(syntax: .implicitVRLittleEndian, definesSequence: true, definesItems: true)
        let bytes = shape.bytes()
        // The length of the sequence is at 4, of its first item at 12, of the element inside at 20.
        for (offset, lengths) in [(4, [1, 7, 9, 13]), (12, [1, 7, 9, 11, 200]), (20, [200])] as [(Int, [UInt8])] {
            for length in lengths {
                var damaged = bytes
                damaged[offset] = length
                #expect(throws: DataSetError.self, "\(offset), \(length)") {
                    try Self.events(damaged, shape.syntax, every: size)
                }
            }
        }
    }

    @Test("An element that cannot be a sequence is an error")
    func notASequence() {
        var set = DataSetBuilder(.explicitVRLittleEndian)
        set.element(Self.sequence, "UI", "1.2.3", padding: 0)
        #expect(throws: DataSetError.sequenceExpected(Self.sequence)) {
            try Self.events(set.bytes, .explicitVRLittleEndian)
        }
    }

    @Test("A sequence inside an item is skipped or read through, but never mistaken for the outer one")
    func nested() throws {
        for definesInner in [true, false] {
            let inner = Shape(
                syntax: .explicitVRLittleEndian, definesSequence: definesInner, definesItems: definesInner)
            var set = DataSetBuilder(.explicitVRLittleEndian)
            let item = Array(inner.bytes().dropLast(14))
            set.header(Self.sequence, "SQ", length: UInt32(item.count + 8))
            set.header(.item, "", length: UInt32(item.count))
            set.append(raw: item)
            set.element(Self.after, "LO", "SYN-1 ")
            let events = try Self.events(set.bytes, .explicitVRLittleEndian)
            #expect(events.count { $0 == "item" } == 1)
            #expect(events.last == "(0010,0020) 0")
        }
    }
}
