// SPDX-License-Identifier: Apache-2.0

import DICOM
import Testing

@Suite("File meta information")
struct FileMetaInformationTests {
    static func meta(_ syntax: TransferSyntax = .explicitVRLittleEndian) throws -> FileMetaInformation {
        FileMetaInformation(
            mediaStorageSOPClassUID: try UID(SOPClass.ctImageStorage), mediaStorageSOPInstanceUID: try UID("1.2.3"),
            transferSyntaxUID: try UID(syntax.uid), implementationClassUID: try UID("2.25.7"),
            implementationVersionName: "TEST", sourceApplicationEntityTitle: "CT1")
    }

    @Test("File meta information is written in the layout of PS3.10")
    func layout() throws {
        let expected: [[UInt8]] = [
            [UInt8](repeating: 0, count: 128), Array("DICM".utf8),
            // (0002,0000) UL 4: 128 bytes follow
            [0x02, 0x00, 0x00, 0x00, 0x55, 0x4C, 0x04, 0x00, 0x80, 0x00, 0x00, 0x00],
            // (0002,0001) OB 2: 00\01
            [0x02, 0x00, 0x01, 0x00, 0x4F, 0x42, 0x00, 0x00, 0x02, 0x00, 0x00, 0x00, 0x00, 0x01],
            // (0002,0002) UI 26, padded with NUL
            [0x02, 0x00, 0x02, 0x00, 0x55, 0x49, 0x1A, 0x00], Array("1.2.840.10008.5.1.4.1.1.2\0".utf8),
            // (0002,0003) UI 6
            [0x02, 0x00, 0x03, 0x00, 0x55, 0x49, 0x06, 0x00], Array("1.2.3\0".utf8),
            // (0002,0010) UI 20
            [0x02, 0x00, 0x10, 0x00, 0x55, 0x49, 0x14, 0x00], Array("1.2.840.10008.1.2.1\0".utf8),
            // (0002,0012) UI 6
            [0x02, 0x00, 0x12, 0x00, 0x55, 0x49, 0x06, 0x00], Array("2.25.7".utf8),
            // (0002,0013) SH 4
            [0x02, 0x00, 0x13, 0x00, 0x53, 0x48, 0x04, 0x00], Array("TEST".utf8),
            // (0002,0016) AE 4, padded with a space
            [0x02, 0x00, 0x16, 0x00, 0x41, 0x45, 0x04, 0x00], Array("CT1 ".utf8),
        ]
        #expect(try Self.meta().encoded() == expected.flatMap { $0 })
    }

    @Test("A file in place of a data set is recognised", arguments: [0, 128])
    func prefix(preamble: Int) throws {
        func looksLikeFile(_ bytes: [UInt8]) -> Bool {
            bytes.withUnsafeBytes(FileMetaInformation.looksLikePart10Prefix)
        }
        #expect(looksLikeFile([UInt8](repeating: 0, count: preamble) + Array("DICM".utf8) + [1, 2]))
        // Some senders leave group 0002 in the data set.
        #expect(try !looksLikeFile(Array(Self.meta().encoded()[132...])))
        #expect(!looksLikeFile(DataSetBuilder.instance(.explicitVRLittleEndian)))
        #expect(!looksLikeFile([]))
    }
}
