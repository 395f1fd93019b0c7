// SPDX-License-Identifier: Apache-2.0

import DICOM
import Testing

@Suite("Instance header")
struct InstanceHeaderReaderTests {
    static let syntaxes: [TransferSyntax] = [
        .implicitVRLittleEndian, .explicitVRLittleEndian, .explicitVRBigEndian, .deflatedExplicitVRLittleEndian,
        .jpeg2000Lossless,
    ]

    static func instance(_ syntax: TransferSyntax, beforeUIDs: (inout DataSetBuilder) -> Void = { _ in }) -> [UInt8] {
        let bytes = DataSetBuilder.instance(syntax, beforeUIDs: beforeUIDs)
        return syntax.isDeflated ? deflated(bytes) : bytes
    }

    static func expectComplete(_ header: InstanceHeader) {
        #expect(header.sopClassUID?.text == SOPClass.ctImageStorage)
        #expect(header.sopInstanceUID?.text == "1.2.3.4.5")
        #expect(header.studyDate == "20261123")
        #expect(header.studyInstanceUID?.text == "1.2.3")
        #expect(header.seriesInstanceUID?.text == "1.2.3.4")
    }

    @Test("A header in one piece is read without needing pixel data", arguments: syntaxes)
    func whole(_ syntax: TransferSyntax) throws {
        let bytes = Self.instance(syntax)
        var reader = try InstanceHeaderReader(transferSyntax: syntax)
        #expect(try reader.feed(bytes) == .complete)
        Self.expectComplete(reader.header)
        #expect(reader.bytesConsumed <= UInt64(bytes.count))
    }

    @Test("A header is read in chunks of any size", arguments: syntaxes, [1, 2, 3, 7, 11, 64])
    func chunks(_ syntax: TransferSyntax, _ size: Int) throws {
        let bytes = Self.instance(syntax)
        var reader = try InstanceHeaderReader(transferSyntax: syntax)
        var offset = 0
        while reader.progress == .needsMoreBytes, offset < bytes.count {
            try reader.feed(bytes[offset..<min(offset + size, bytes.count)])
            offset += size
        }
        #expect(reader.progress == .complete)
        Self.expectComplete(reader.header)
    }

    @Test(
        "Values that the reader is asked for are kept as received, up to a length; others are not", arguments: syntaxes)
    func kept(_ syntax: TransferSyntax) throws {
        let (bodyPart, serialNumber) = (Tag(0x0018, 0x0015), Tag(0x0018, 0x1000))
        let bytes = Self.instance(syntax) { builder in
            builder.element(bodyPart, "CS", "HEAD")
            builder.element(serialNumber, "LO", "4711")
        }
        var reader = try InstanceHeaderReader(transferSyntax: syntax, keeping: [bodyPart, .studyDate])
        #expect(try reader.feed(bytes) == .complete)
        Self.expectComplete(reader.header)
        #expect(reader.header.keptValues == [bodyPart: Array("HEAD".utf8), .studyDate: Array("20261123".utf8)])
    }

    @Test("An endless number of empty elements exceeds the limit of bytes")
    func emptyElements() throws {
        var limits = DataSetLimits()
        limits.maximumBytesExamined = 1000
        var reader = try InstanceHeaderReader(transferSyntax: .implicitVRLittleEndian, limits: limits)
        #expect(throws: DataSetError.self) {
            for _ in 0..<200 { try reader.feed([0x08, 0, 0x01, 0, 0, 0, 0, 0]) }
        }
    }

    @Test("A header that is cut anywhere is not complete and does not crash the reader", arguments: syntaxes)
    func truncated(_ syntax: TransferSyntax) throws {
        let bytes = Self.instance(syntax)
        var whole = try InstanceHeaderReader(transferSyntax: syntax)
        try whole.feed(bytes)
        for length in 0..<Int(whole.bytesConsumed) where !syntax.isDeflated {
            var reader = try InstanceHeaderReader(transferSyntax: syntax)
            #expect(try reader.feed(bytes[..<length]) == .needsMoreBytes)
        }
        for length in 1..<bytes.count {
            var reader = try InstanceHeaderReader(transferSyntax: syntax)
            try reader.feed(bytes[..<length])
            // The data can end between two elements, but not inside one.
            do throws(DataSetError) {
                try reader.finish()
                #expect(reader.progress == .complete)
            } catch {
                guard case .truncated = error else { throw error }
            }
        }
    }

    @Test("A large private element before the UIDs is skipped", arguments: syntaxes)
    func largePrivateElement(_ syntax: TransferSyntax) throws {
        let bytes = Self.instance(syntax) { set in
            set.element(Tag(0x0011, 0x1001), "OB", bytes: [UInt8](repeating: 0xAA, count: 3 << 20))
        }
        var reader = try InstanceHeaderReader(transferSyntax: syntax)
        #expect(try reader.feed(bytes) == .complete)
        Self.expectComplete(reader.header)
    }

    @Test("An odd length is accepted", arguments: [TransferSyntax.implicitVRLittleEndian, .explicitVRBigEndian])
    func oddLength(_ syntax: TransferSyntax) throws {
        let bytes = Self.instance(syntax) { $0.element(Tag(0x0011, 0x1001), "OB", bytes: [1, 2, 3]) }
        var reader = try InstanceHeaderReader(transferSyntax: syntax)
        #expect(try reader.feed(bytes) == .complete)
        Self.expectComplete(reader.header)
    }

    @Test("The contents of a sequence with the VR UN and undefined length are read as Implicit VR")
    func unknownSequence() throws {
        let bytes = Self.instance(.explicitVRLittleEndian) { set in
            set.header(Tag(0x0011, 0x1001), "UN", length: nil)
            var inside = DataSetBuilder(.implicitVRLittleEndian)
            inside.header(.item, "", length: nil)
            inside.element(Tag(0x0011, 0x1002), "LO", "private")
            inside.delimiter(.itemDelimitationItem)
            inside.delimiter(.sequenceDelimitationItem)
            set.append(raw: inside.bytes)
        }
        var reader = try InstanceHeaderReader(transferSyntax: .explicitVRLittleEndian)
        #expect(try reader.feed(bytes) == .complete)
        Self.expectComplete(reader.header)
    }

    @Test("A private element whose VR is a placeholder is skipped", arguments: ["??", "--", "  ", "\0\0"])
    func placeholderVR(_ letters: String) throws {
        let bytes = Self.instance(.explicitVRLittleEndian) { set in
            // (0011,1001), the placeholder, length 4
            set.append(raw: [0x11, 0x00, 0x01, 0x10] + Array(letters.utf8) + [0x04, 0x00, 1, 2, 3, 4])
        }
        var reader = try InstanceHeaderReader(transferSyntax: .explicitVRLittleEndian)
        #expect(try reader.feed(bytes) == .complete)
        Self.expectComplete(reader.header)
    }

    @Test("Encapsulated pixel data before the UIDs is skipped fragment by fragment")
    func fragments() throws {
        let bytes = Self.instance(.jpegBaseline) { set in
            set.header(Tag(0x0011, 0x1001), "OB", length: nil)
            set.header(.item, "", length: 0)
            set.header(.item, "", length: 3)
            set.append(raw: [1, 2, 3])
            set.delimiter(.sequenceDelimitationItem)
        }
        var reader = try InstanceHeaderReader(transferSyntax: .jpegBaseline)
        #expect(try reader.feed(bytes) == .complete)
        Self.expectComplete(reader.header)
    }

    @Test("Nesting is limited", arguments: [TransferSyntax.implicitVRLittleEndian, .explicitVRLittleEndian])
    func nesting(_ syntax: TransferSyntax) throws {
        var set = DataSetBuilder(syntax)
        for _ in 0..<10_000 {
            set.header(Tag(0x0008, 0x1140), "SQ", length: nil)
            set.header(.item, "", length: nil)
        }
        var reader = try InstanceHeaderReader(transferSyntax: syntax)
        #expect(throws: DataSetError.depthExceedsMaximum(Tag(0x0008, 0x1140), maximum: 64)) {
            try reader.feed(set.bytes)
        }
    }

    @Test("A length beyond the limit is refused before its bytes are received")
    func boundedLength() throws {
        var limits = DataSetLimits()
        limits.maximumBytesExamined = 1000
        var set = DataSetBuilder(.implicitVRLittleEndian)
        set.header(Tag(0x0009, 0x1001), "OB", length: 0xFFFF_FFFE)
        var reader = try InstanceHeaderReader(transferSyntax: .implicitVRLittleEndian, limits: limits)
        #expect(
            throws: DataSetError.lengthExceedsMaximum(Tag(0x0009, 0x1001), length: 0xFFFF_FFFE, maximum: 992)
        ) { try reader.feed(set.bytes) }
    }

    @Test("A deflate bomb is refused at the limit and uses little memory")
    func deflateBomb() throws {
        var limits = DataSetLimits()
        limits.maximumBytesInflated = 1 << 20
        var set = DataSetBuilder(.explicitVRLittleEndian)
        set.element(Tag(0x0009, 0x1001), "OB", bytes: [UInt8](repeating: 0, count: (1 << 20) - 100))
        set.element(Tag(0x0009, 0x1002), "OB", bytes: [UInt8](repeating: 0, count: 1 << 20))
        let bytes = deflated(set.bytes)
        #expect(bytes.count < 4096)
        var reader = try InstanceHeaderReader(transferSyntax: .deflatedExplicitVRLittleEndian, limits: limits)
        #expect(throws: DataSetError.lengthExceedsMaximum(Tag(0x0009, 0x1002), length: 1 << 20, maximum: 76)) {
            try reader.feed(bytes)
        }
    }

    @Test("Damaged deflate data is an error")
    func damagedDeflate() throws {
        var reader = try InstanceHeaderReader(transferSyntax: .deflatedExplicitVRLittleEndian)
        #expect(throws: DataSetError.deflateStreamDamaged(code: -3)) { try reader.feed([0xFF, 0xFF, 0xFF, 0xFF]) }
    }

    @Test("Explicit VR under the implicit transfer syntax is detected by its VR")
    func explicitAsImplicit() throws {
        var reader = try InstanceHeaderReader(transferSyntax: .implicitVRLittleEndian)
        #expect(throws: DataSetError.explicitVRFound(Tag(0x0008, 0x0005), try #require(VR(0x43, 0x53)))) {
            try reader.feed(Self.instance(.explicitVRLittleEndian))
        }
    }

    @Test("Implicit VR under an explicit transfer syntax is detected by the missing VR")
    func implicitAsExplicit() throws {
        var reader = try InstanceHeaderReader(transferSyntax: .explicitVRLittleEndian)
        #expect(throws: DataSetError.invalidVR(Tag(0x0008, 0x0005), 0x0A, 0)) {
            try reader.feed(Self.instance(.implicitVRLittleEndian))
        }
    }

    @Test(
        "Elements of groups below 0008 are skipped",
        arguments: [TransferSyntax.implicitVRLittleEndian, .explicitVRLittleEndian],
        [DICOM.Tag(0x0000, 0x0000), Tag(0x0002, 0x0010), Tag(0x0003, 0x0010), Tag(0x0005, 0x1001), Tag(0x0007, 0x1001)])
    func lowGroups(_ syntax: TransferSyntax, _ tag: DICOM.Tag) throws {
        var set = DataSetBuilder(syntax)
        set.element(tag, "UL", bytes: [0, 0, 0, 0])
        set.append(raw: Self.instance(syntax))
        var reader = try InstanceHeaderReader(transferSyntax: syntax)
        #expect(try reader.feed(set.bytes) == .complete)
        Self.expectComplete(reader.header)
    }

    @Test("Group 0002 is read as Explicit VR in a data set in Implicit VR")
    func metaGroup() throws {
        var meta = DataSetBuilder(.explicitVRLittleEndian)
        meta.element(Tag(0x0002, 0x0010), "UI", "1.2.840.10008.1.2", padding: 0)
        var reader = try InstanceHeaderReader(transferSyntax: .implicitVRLittleEndian)
        #expect(try reader.feed(meta.bytes + Self.instance(.implicitVRLittleEndian)) == .complete)
        Self.expectComplete(reader.header)
    }

    @Test("UIDs can be anywhere before the pixel data")
    func outOfOrder() throws {
        var set = DataSetBuilder(.explicitVRLittleEndian)
        set.element(Tag(0x0028, 0x0010), "US", bytes: [0, 1])
        set.element(.seriesInstanceUID, "UI", " 1.2.3.4 ", padding: 0)
        set.element(.sopInstanceUID, "UI", "1.2.3.4.5", padding: 0)
        set.element(.studyDate, "DA", "20261123")
        set.element(.studyInstanceUID, "UI", "", padding: 0)
        set.element(.studyInstanceUID, "UI", "  1.2.3", padding: 0)
        set.element(.studyInstanceUID, "UI", "9.9", padding: 0)
        set.element(.sopClassUID, "UI", SOPClass.ctImageStorage, padding: 0)
        var reader = try InstanceHeaderReader(transferSyntax: .explicitVRLittleEndian)
        #expect(try reader.feed(set.bytes) == .complete)
        Self.expectComplete(reader.header)
    }

    @Test(
        "Elements after the pixel data are not read",
        arguments: [DICOM.Tag.pixelData, .floatPixelData, .doubleFloatPixelData])
    func behindPixelData(_ tag: DICOM.Tag) throws {
        var set = DataSetBuilder(.explicitVRLittleEndian)
        set.element(.sopInstanceUID, "UI", "1.2.3.4.5", padding: 0)
        set.header(tag, "OW", length: 1 << 20)
        var reader = try InstanceHeaderReader(transferSyntax: .explicitVRLittleEndian)
        #expect(try reader.feed(set.bytes) == .complete)
        #expect(reader.header.studyInstanceUID == nil)
    }

    @Test("An invalid UID is kept unchanged, with the reason")
    func invalidUID() throws {
        var set = DataSetBuilder(.explicitVRLittleEndian)
        set.element(Tag(0x0008, 0x0005), "CS", "ISO_IR 100")
        set.element(.sopInstanceUID, "UI", "../../etc", padding: 0)
        var reader = try InstanceHeaderReader(transferSyntax: .explicitVRLittleEndian)
        try reader.feed(set.bytes)
        let value = try #require(reader.header.sopInstanceUID)
        #expect(value.text == "../../etc")
        #expect(value.offset == 18)
        #expect(throws: UIDError.emptyComponent(offset: 0)) { try value.uid() }
    }

    @Test("The error for a value that is too long for a UID names its tag")
    func longUID() throws {
        var set = DataSetBuilder(.explicitVRLittleEndian)
        set.element(.studyInstanceUID, "UI", String(repeating: "1", count: 1026))
        var reader = try InstanceHeaderReader(transferSyntax: .explicitVRLittleEndian)
        #expect(throws: DataSetError.valueLengthExceedsMaximum(.studyInstanceUID, length: 1026, maximum: 1024)) {
            try reader.feed(set.bytes)
        }
    }

    @Test("Items and delimiters in the wrong place are an error")
    func structure() throws {
        var stray = DataSetBuilder(.explicitVRLittleEndian)
        stray.header(.item, "", length: nil)
        var reader = try InstanceHeaderReader(transferSyntax: .explicitVRLittleEndian)
        #expect(throws: DataSetError.delimiterNotExpected(.item)) { try reader.feed(stray.bytes) }

        var noItem = DataSetBuilder(.implicitVRLittleEndian)
        noItem.header(Tag(0x0008, 0x1140), "SQ", length: nil)
        noItem.element(.sopInstanceUID, "UI", "1.2", padding: 0)
        reader = try InstanceHeaderReader(transferSyntax: .implicitVRLittleEndian)
        #expect(throws: DataSetError.itemExpected(in: Tag(0x0008, 0x1140))) { try reader.feed(noItem.bytes) }

        var text = DataSetBuilder(.explicitVRLittleEndian)
        text.header(Tag(0x0008, 0x0119), "UC", length: nil)
        reader = try InstanceHeaderReader(transferSyntax: .explicitVRLittleEndian)
        #expect(throws: DataSetError.undefinedLengthNotAllowed(Tag(0x0008, 0x0119), try #require(VR(0x55, 0x43)))) {
            try reader.feed(text.bytes)
        }
    }

    @Test(
        "A study date has eight digits or is ignored",
        arguments: [("2026.11.23", "20261123"), ("", nil), ("20261123-", nil), ("2026", nil)] as [(String, String?)])
    func dates(_ value: String, _ date: String?) throws {
        var set = DataSetBuilder(.explicitVRLittleEndian)
        set.element(.studyDate, "DA", value)
        var reader = try InstanceHeaderReader(transferSyntax: .explicitVRLittleEndian)
        try reader.feed(set.bytes)
        try reader.finish()
        #expect(reader.header.studyDate == date)
    }
}
