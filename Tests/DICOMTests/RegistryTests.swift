// SPDX-License-Identifier: Apache-2.0

import DICOM
import Testing

@Suite("Registry of PS3.6")
struct RegistryTests {
    @Test(
        "Storage classes are distinguished from other services",
        arguments: [
            ("1.2.840.10008.5.1.4.1.1.2", true), ("1.2.840.10008.5.1.4.1.1.481.3", true),
            ("1.2.840.10008.5.1.4.34.7", true), ("1.2.840.10008.5.1.4.39.1", true), ("1.2.840.10008.5.1.4.45.1", true),
            ("1.3.46.670589.11.0.0.12.1", true), ("2.25.1", true), ("1.2.840.100080.1", true),
            ("1.2.840.10008.1.1", false), ("1.2.840.10008.5.1.4.1.2.2.1", false), ("1.2.840.10008.5.1.4.31", false),
            ("1.2.840.10008.5.1.4.39.2", false), ("1.2.840.10008.5.1.4.1.1.200.4", false),
            ("1.2.840.10008.1.20.1", false), ("1.2.840.10008.3.1.2.3.3", false),
            ("1.2.840.10008.5.1.4.1.1.200.1", true), ("1.2.840.10008.5.1.4.38.1", true),
        ])
    func storage(_ uid: String, _ isStorage: Bool) throws {
        #expect(SOPClass.isStorage(try UID(uid)) == isStorage)
    }

    @Test(
        "Only storage classes whose instances belong to a study count as storage in studies",
        arguments: [
            "1.2.840.10008.5.1.4.1.1.200.1", "1.2.840.10008.5.1.4.1.1.200.3", "1.2.840.10008.5.1.4.1.1.200.7",
            "1.2.840.10008.5.1.4.1.1.201.1", "1.2.840.10008.5.1.4.38.1", "1.2.840.10008.5.1.4.39.1",
            "1.2.840.10008.5.1.4.43.1", "1.2.840.10008.5.1.4.44.1", "1.2.840.10008.5.1.4.45.1",
            "1.2.840.10008.5.1.4.1.1.201.2",
        ])
    func withoutStudy(_ uid: String) throws {
        #expect(!SOPClass.isStorageInStudies(try UID(uid)))
        // Performed protocols belong to a study, and so do private classes.
        for uid in ["1.2.840.10008.5.1.4.1.1.200.2", "1.2.840.10008.5.1.4.1.1.200.8", "2.25.1"] {
            #expect(SOPClass.isStorageInStudies(try UID(uid)))
        }
    }

    @Test(
        "Every registered transfer syntax of a data set is read as the standard encodes it",
        arguments: [
            ("", false, true, false, false), (".1", true, true, false, false), (".1.98", true, true, false, true),
            (".1.99", true, true, true, false), (".2", true, false, false, false), (".5", true, true, false, true),
            (".8.1", true, true, false, true), (".4.94", true, true, false, false), (".4.95", true, true, true, false),
            (".4.204", true, true, false, false), (".4.205", true, true, true, false),
        ] + compressed.map { (".4.\($0)", true, true, false, true) })
    func encoding(
        _ last: String, _ isExplicitVR: Bool, _ isLittleEndian: Bool, _ isDeflated: Bool, _ isEncapsulated: Bool
    ) throws {
        let syntax = try #require(TransferSyntax(uid: "1.2.840.10008.1.2" + last))
        #expect(TransferSyntax.known.contains(syntax))
        #expect(syntax.isExplicitVR == isExplicitVR)
        #expect((syntax.byteOrder == .littleEndian) == isLittleEndian)
        #expect(syntax.isDeflated == isDeflated)
        #expect(syntax.isEncapsulated == isEncapsulated)
    }

    /// The last components of the UIDs below 1.2.840.10008.1.2.4. PS3.6 Table A-1.
    private static let compressed =
        [50...66, 70...70, 80...81, 90...93, 100...108, 110...112, 201...203].flatMap { $0.map { "\($0)" } }
        + (100...106).map { "\($0).1" }

    @Test("The number of transfer syntaxes is that of the registry plus Papyrus 3")
    func count() {
        #expect(TransferSyntax.known.count == 11 + Self.compressed.count + 1)
    }

    @Test("A transfer syntax that a later edition registers for compressed images is encapsulated")
    func unregistered() throws {
        for uid in ["1.2.840.10008.1.2.4.67", "1.2.840.10008.1.2.4.300", "1.2.840.10008.1.2.4.112.1"] {
            let syntax = try #require(TransferSyntax(uid: uid))
            #expect(syntax.uid == uid)
            #expect(syntax.isEncapsulated && syntax.isExplicitVR && !syntax.isDeflated)
            #expect(!TransferSyntax.known.contains(syntax))
        }
    }

    @Test(
        "A UID that does not encode a data set, or is not valid, is not a transfer syntax",
        arguments: [
            "1.2.840.10008.1.2.9", "1.2.840.10008.1.2.4", "1.2.840.10008.1.2.4.", "1.2.840.10008.1.2.4.../x",
            "1.2.840.10008.1.2.4." + String(repeating: "1", count: 64), "1.2.840.10008.1.2.40.1",
            "1.2.840.10008.1.2.6.1", "1.2.840.10008.1.2.6.2", "1.2.840.10008.1.2.7.1", "1.2.840.113619.5.2", "",
        ])
    func unknown(_ uid: String) {
        #expect(TransferSyntax(uid: uid) == nil)
    }

    @Test("The order of preference is lossless compression, video, uncompressed, lossy compression, URLs")
    func preference() {
        let groups = [
            ["202", "90", "70", "110", "66"].map { ".4." + $0 }, [".4.100", ".4.108", ".4.106.1"],
            [".1", "", ".2", ".1.98", ".8.1"], [".4.50", ".4.91", ".4.203", ".4.111", ".4.64"], [".4.94", ".4.205"],
        ].map { $0.map { "1.2.840.10008.1.2" + $0 } }
        let places = groups.map { $0.compactMap { uid in TransferSyntax.known.firstIndex { $0.uid == uid } } }
        #expect(places.map(\.count) == groups.map(\.count))
        for (preferred, behind) in zip(places, places.dropFirst()) {
            #expect(preferred.max()! < behind.min()!)
        }
    }

    @Test("The text of a tag has the form of the standard")
    func tag() {
        #expect("\(Tag.sopInstanceUID)" == "(0008,0018)")
        #expect("\(Tag.pixelData)" == "(7FE0,0010)")
    }
}
