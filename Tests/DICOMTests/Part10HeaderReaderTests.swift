// SPDX-License-Identifier: Apache-2.0

import DICOM
import Testing

@Suite("The header of a file")
struct Part10HeaderReaderTests {
    /// Elements of group 0002 in Explicit VR Little Endian, after a preamble.
    private static func file(meta: [[UInt8]], dataSet: [UInt8] = dataSet()) -> [UInt8] {
        [UInt8](repeating: 0, count: 128) + Array("DICM".utf8) + meta.flatMap { $0 } + dataSet
    }

    private static func dataSet(_ syntax: TransferSyntax = .explicitVRLittleEndian) -> [UInt8] {
        InstanceHeaderReaderTests.instance(syntax)
    }

    private static func element(_ element: UInt8, _ vr: String, _ value: [UInt8]) -> [UInt8] {
        [0x02, 0x00, element, 0x00] + Array(vr.utf8) + [UInt8(value.count), 0x00] + value
    }

    private static func groupLength(_ length: UInt8) -> [UInt8] { element(0x00, "UL", [length, 0, 0, 0]) }

    private static func syntax(_ uid: String) -> [UInt8] { element(0x10, "UI", Array(uid.utf8)) }

    private static let explicit = syntax("1.2.840.10008.1.2.1\0")

    private static func read(_ bytes: [UInt8], in size: Int = 4096) throws -> Part10HeaderReader {
        var reader = Part10HeaderReader()
        var offset = 0
        while reader.progress == .needsMoreBytes, offset < bytes.count {
            try reader.feed(bytes[offset..<min(offset + size, bytes.count)])
            offset += size
        }
        try reader.finish()
        return reader
    }

    @Test("A file is read in chunks of any size", arguments: InstanceHeaderReaderTests.syntaxes, [1, 13, 4096])
    func part10(_ syntax: TransferSyntax, _ size: Int) throws {
        let meta = try FileMetaInformationTests.meta(syntax).encoded()
        let reader = try Self.read(meta + Self.dataSet(syntax), in: size)
        #expect(reader.progress == .complete)
        #expect(reader.transferSyntax == syntax)
        #expect(reader.dataSetOffset == meta.count)
        InstanceHeaderReaderTests.expectComplete(reader.header)
        #expect(!reader.isMediaDirectory)
    }

    @Test("Nothing is read from a file that is cut in the meta information")
    func truncated() throws {
        let bytes = try FileMetaInformationTests.meta().encoded()
        for length in 0..<bytes.count {
            let header = (try? Self.read(Array(bytes[..<length])))?.header ?? InstanceHeader()
            #expect(header == InstanceHeader())
        }
    }

    @Test(
        "Meta information that is not needed is not validated",
        arguments: [
            // No group length, one that is too large, one that is too small, and one beyond every limit.
            [explicit], [groupLength(255), explicit], [groupLength(4), explicit],
            [element(0x00, "UL", [0xFF, 0xFF, 0xFF, 0xFF]), explicit],
            // SOP class and instance are missing, empty or malformed; then the implementation class.
            [element(0x02, "UI", []), element(0x03, "UI", Array("??".utf8)), explicit, element(0x12, "UI", [])],
            [
                explicit, element(0x12, "UI", Array("not a UID".utf8)),
                element(0x13, "SH", Array(repeating: 0x41, count: 64)),
            ],
            // Private information, elements out of order and twice, and one with a VR that does not exist.
            [
                [0x02, 0x00, 0x99, 0x00] + Array("ZZ".utf8) + [0, 0, 2, 0, 0, 0, 1, 2], explicit,
                syntax("1.2.840.10008.1.2 "), groupLength(7),
            ],
            // The transfer syntax in Implicit VR, and with spaces around it.
            [[0x02, 0x00, 0x10, 0x00, 0x14, 0x00, 0x00, 0x00] + Array("1.2.840.10008.1.2.1\0".utf8)],
            [syntax(" 1.2.840.10008.1.2.1 ")],
        ] as [[[UInt8]]])
    func notJudged(_ meta: [[UInt8]]) throws {
        for size in [1, 4096] {
            let reader = try Self.read(Self.file(meta: meta), in: size)
            #expect(reader.transferSyntax == .explicitVRLittleEndian)
            InstanceHeaderReaderTests.expectComplete(reader.header)
        }
    }

    @Test("Long private information is skipped; beyond a limit it is refused")
    func length() throws {
        func file(_ count: Int) -> [UInt8] {
            let length = (0..<4).map { UInt8(truncatingIfNeeded: count >> ($0 * 8)) }
            let header = [0x02, 0x00, 0x02, 0x01] + Array("OB".utf8) + [0, 0] + length
            return Self.file(meta: [Self.explicit, header, [UInt8](repeating: 0, count: count)])
        }
        InstanceHeaderReaderTests.expectComplete(try Self.read(file(100_000)).header)
        #expect(throws: DataSetError.self) { try Self.read(file(1 << 20)) }
    }

    @Test(
        "A file without a transfer syntax is an error", arguments: [[], [groupLength(0)], [syntax("")]] as [[[UInt8]]])
    func noTransferSyntax(_ meta: [[UInt8]]) throws {
        #expect(throws: DataSetError.elementMissing(.transferSyntaxUID)) { try Self.read(Self.file(meta: meta)) }
    }

    @Test(
        "In an unknown transfer syntax, the first element shows the encoding",
        arguments: [TransferSyntax.explicitVRLittleEndian, .implicitVRLittleEndian], ["1.2.3.4", "text"])
    func unknownTransferSyntax(_ syntax: TransferSyntax, _ uid: String) throws {
        for size in [1, 4096] {
            let reader = try Self.read(Self.file(meta: [Self.syntax(uid)], dataSet: Self.dataSet(syntax)), in: size)
            #expect(reader.transferSyntax == syntax)
            InstanceHeaderReaderTests.expectComplete(reader.header)
        }
    }

    @Test("A DICOMDIR is recognised by its class or by its first group")
    func mediaDirectory() throws {
        let (directory, image) = (DataSetBuilder.fileSetID, Self.dataSet())
        let files: [(class: String, dataSet: [UInt8], isDirectory: Bool)] = [
            ("1.2.840.10008.1.3.10", directory, true), ("1.2.840.10008.1.3.10\0", image, true), ("", directory, true),
            (SOPClass.ctImageStorage, directory, true), (SOPClass.ctImageStorage, image, false), ("", image, false),
        ]
        for (sopClass, dataSet, isDirectory) in files {
            let meta = [Self.element(0x02, "UI", Array(sopClass.utf8)), Self.explicit]
            var reader = Part10HeaderReader()
            _ = try? reader.feed(Self.file(meta: meta, dataSet: dataSet))
            #expect(reader.isMediaDirectory == isDirectory)
        }
    }

    @Test("Without DICM after the preamble it is not a DICOM file")
    func prefix() throws {
        #expect(throws: DataSetError.prefixMissing) { try Self.read([UInt8](repeating: 0, count: 200)) }
    }
}

extension DataSetBuilder {
    /// (0004,1130), the first element of a directory.
    fileprivate static var fileSetID: [UInt8] {
        var set = DataSetBuilder(.explicitVRLittleEndian)
        set.element(Tag(0x0004, 0x1130), "CS", "DISC")
        return set.bytes
    }
}
