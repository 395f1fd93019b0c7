// SPDX-License-Identifier: Apache-2.0

import DICOM
import Testing

/// Mistakes of real senders that are tolerated. None of them may be reported as a cut.
@Suite("Malformed data sets")
struct MalformedDataSetTests {
    struct Malformed: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let syntax: TransferSyntax
        let bytes: [UInt8]

        init(
            _ description: String, _ syntax: TransferSyntax = .explicitVRLittleEndian,
            _ rest: (inout DataSetBuilder) -> Void
        ) {
            testDescription = description
            self.syntax = syntax
            bytes = DataSetWalkTests.dataSet(syntax) { set in
                rest(&set)
                DataSetWalkTests.pixels(&set)
            }
        }
    }

    static let sequence = Tag(0x0028, 0x3010)
    static let inside = Tag(0x0028, 0x3002)

    static func raw(_ syntax: TransferSyntax, _ body: (inout DataSetBuilder) -> Void) -> [UInt8] {
        var set = DataSetBuilder(syntax)
        body(&set)
        return set.bytes
    }

    static let readThrough: [Malformed] =
        [TransferSyntax.explicitVRLittleEndian, .implicitVRLittleEndian].flatMap {
            syntax in
            [
                Malformed("An item without its delimiter, \(syntax)", syntax) { set in
                    set.header(sequence, "SQ", length: nil)
                    set.header(.item, "", length: nil)
                    set.element(inside, "US", bytes: [1, 0])
                    set.delimiter(.sequenceDelimitationItem)
                },
                Malformed("Two items without their delimiters, \(syntax)", syntax) { set in
                    set.header(sequence, "SQ", length: nil)
                    for _ in 0..<2 {
                        set.header(.item, "", length: nil)
                        set.element(inside, "US", bytes: [1, 0])
                    }
                    set.delimiter(.sequenceDelimitationItem)
                },
                Malformed("A sequence without its delimiter, \(syntax)", syntax) { set in
                    set.header(sequence, "SQ", length: nil)
                    set.header(.item, "", length: nil)
                    set.element(inside, "US", bytes: [1, 0])
                    set.delimiter(.itemDelimitationItem)
                },
                Malformed("A delimiter after an item of defined length, \(syntax)", syntax) { set in
                    set.header(sequence, "SQ", length: nil)
                    set.header(.item, "", length: 4)
                    set.append(raw: [1, 2, 3, 4])
                    set.delimiter(.itemDelimitationItem)
                    set.delimiter(.sequenceDelimitationItem)
                },
                Malformed("A delimiter after a sequence of defined length, \(syntax)", syntax) { set in
                    set.element(Tag(0x0029, 0x105F), "SQ", bytes: [0xFE, 0xFF, 0x00, 0xE0, 0, 0, 0, 0])
                    set.delimiter(.sequenceDelimitationItem)
                },
                Malformed("The same inside an item, \(syntax)", syntax) { set in
                    set.header(sequence, "SQ", length: nil)
                    set.header(.item, "", length: nil)
                    set.element(Tag(0x0029, 0x105F), "SQ", bytes: [0xFE, 0xFF, 0x00, 0xE0, 0, 0, 0, 0])
                    set.delimiter(.sequenceDelimitationItem)
                    set.element(Tag(0x0029, 0x1060), "US", bytes: [1, 0])
                    set.delimiter(.itemDelimitationItem)
                    set.delimiter(.sequenceDelimitationItem)
                },
                Malformed("Superfluous delimiters, \(syntax)", syntax) { set in
                    set.delimiter(.itemDelimitationItem)
                    set.delimiter(.sequenceDelimitationItem)
                },
            ]
        } + [
            Malformed("One element in Implicit VR") { set in
                set.append(raw: raw(.implicitVRLittleEndian) { $0.element(inside, "US", bytes: [1, 0]) })
            },
            Malformed("One element without a VR, inside an item") { set in
                set.header(sequence, "SQ", length: nil)
                set.header(.item, "", length: nil)
                set.element(Tag(0x0028, 0x3000), "US", bytes: [1, 0])
                set.append(raw: raw(.implicitVRLittleEndian) { $0.element(inside, "US", bytes: [1, 0]) })
                set.element(Tag(0x0028, 0x3006), "US", bytes: [1, 0])
                set.delimiter(.itemDelimitationItem)
                set.delimiter(.sequenceDelimitationItem)
            },
            Malformed("Items in Implicit VR inside a sequence in Explicit VR") { set in
                set.header(sequence, "SQ", length: nil)
                for _ in 0..<2 {
                    set.header(.item, "", length: nil)
                    set.append(
                        raw: raw(.implicitVRLittleEndian) { inner in
                            inner.element(inside, "US", bytes: [1, 0])
                            inner.header(Tag(0x0028, 0x3010), "SQ", length: nil)
                            inner.delimiter(.sequenceDelimitationItem)
                        })
                    set.delimiter(.itemDelimitationItem)
                }
                set.delimiter(.sequenceDelimitationItem)
            },
            Malformed("Explicit VR inside a UN of undefined length") { set in
                set.header(Tag(0x0029, 0x1010), "UN", length: nil)
                set.header(.item, "", length: nil)
                set.element(Tag(0x0029, 0x0010), "LO", "PRIVATE")
                set.header(Tag(0x0029, 0x1011), "SQ", length: nil)
                set.delimiter(.sequenceDelimitationItem)
                set.delimiter(.itemDelimitationItem)
                set.delimiter(.sequenceDelimitationItem)
            },
            Malformed("Fragments without their delimiter") { set in
                set.header(Tag(0x0029, 0x1010), "OB", length: nil)
                set.header(.item, "", length: 0)
            },
        ]

    @Test("A data set with a tolerated mistake is read to its end", arguments: readThrough)
    func whole(_ malformed: Malformed) throws {
        for chunk in [1, 7, Int.max] {
            #expect(try DataSetWalkTests.ending(of: malformed.bytes, malformed.syntax, chunk: chunk) == .whole)
        }
    }

    @Test("After a tolerated mistake, a cut data set is unread and not cut", arguments: readThrough)
    func cut(_ malformed: Malformed) throws {
        let ending = try DataSetWalkTests.ending(of: malformed.bytes.dropLast(10), malformed.syntax)
        guard case .unread(.truncated, let place) = ending else {
            Issue.record("\(ending)")
            return
        }
        #expect(place.tag == .pixelData)
    }

    @Test("The UIDs of an item are not those of the instance", arguments: readThrough)
    func uids(_ malformed: Malformed) throws {
        var set = DataSetBuilder(malformed.syntax)
        set.append(raw: Array(malformed.bytes.dropLast(10)))
        var reader = try InstanceHeaderReader(transferSyntax: malformed.syntax)
        #expect(try reader.feed(set.bytes) == .complete)
        #expect(reader.header.seriesInstanceUID?.text == "1.2.3.4")
    }

    @Test(
        "A data set that cannot be followed is unread, with the place",
        arguments: [
            Malformed("An item outside of a sequence") { $0.header(.item, "", length: nil) },
            Malformed("Text of undefined length") { $0.header(Tag(0x0028, 0x4000), "UT", length: nil) },
            Malformed("A length one byte too short") { set in
                set.header(Tag(0x0028, 0x3006), "LO", length: 3)
                set.append(raw: [1, 2, 3, 4])
            },
            Malformed("A length that is far too short", .implicitVRLittleEndian) { set in
                set.header(Tag(0x0028, 0x3006), "LO", length: 2)
                set.append(raw: Array("DOE^JOHN DOE^JANE DOE^".utf8))
            },
            Malformed("A private element without its creator, whose length is too short", .implicitVRLittleEndian) {
                set in
                set.header(Tag(0x0029, 0x1006), "LO", length: 2)
                set.append(raw: Array("DOE^JOHN".utf8))
            },
        ])
    func lost(_ malformed: Malformed) throws {
        let ending = try DataSetWalkTests.ending(of: malformed.bytes, malformed.syntax)
        guard case .unread = ending else {
            Issue.record("\(ending)")
            return
        }
    }

    @Test("A data set entirely in the other VR encoding is refused", arguments: [true, false])
    func wrongVR(isExplicit: Bool) throws {
        let bytes = DataSetWalkTests.dataSet(
            isExplicit ? .explicitVRLittleEndian : .implicitVRLittleEndian, DataSetWalkTests.pixels)
        #expect(throws: DataSetError.self) {
            try DataSetWalkTests.ending(
                of: bytes, isExplicit ? .implicitVRLittleEndian : .explicitVRLittleEndian)
        }
        var empty = DataSetBuilder(.implicitVRLittleEndian)
        empty.element(Tag(0x0008, 0x0005), "CS", bytes: [])
        #expect(throws: DataSetError.self) {
            try DataSetWalkTests.ending(
                of: empty.bytes + bytes, isExplicit ? .implicitVRLittleEndian : .explicitVRLittleEndian)
        }
    }
}
