import DICOM
import Testing

@Suite("Registry of PS3.6")
struct RegistryTests {
    @Test(
        "Storage classes are told from other services",
        arguments: [
            ("1.2.840.10008.5.1.4.1.1.2", true), ("1.2.840.10008.5.1.4.1.1.481.3", true),
            ("1.2.840.10008.5.1.4.34.7", true), ("1.2.840.10008.5.1.4.39.1", true), ("1.2.840.10008.5.1.4.45.1", true),
            ("1.3.46.670589.11.0.0.12.1", true), ("2.25.1", true), ("1.2.840.100080.1", true),
            ("1.2.840.10008.1.1", false), ("1.2.840.10008.5.1.4.1.2.2.1", false), ("1.2.840.10008.5.1.4.31", false),
            ("1.2.840.10008.5.1.4.39.2", false), ("1.2.840.10008.5.1.4.1.1.200.4", false),
            ("1.2.840.10008.1.20.1", false), ("1.2.840.10008.3.1.2.3.3", false),
        ])
    func storage(_ uid: String, _ isStorage: Bool) throws {
        #expect(SOPClass.isStorage(try UID(uid)) == isStorage)
    }

    @Test("The known transfer syntaxes are those that HealthImaging imports")
    func transferSyntaxes() {
        let last =
            [".1", ".1.99", ".2", ".5"]
            + ["50", "51", "57", "70", "80", "81", "90", "91", "92", "93", "201", "202", "203"].map { ".4." + $0 }
            + (100...108).map { ".4.\($0)" }
        let expected = Set(last.map { "1.2.840.10008.1.2" + $0 } + ["1.2.840.10008.1.2"])
        #expect(Set(TransferSyntax.known.map(\.uid)) == expected)
        #expect(TransferSyntax(uid: "1.2.840.10008.1.2.9") == nil)
        #expect(TransferSyntax(uid: "1.2.840.10008.1.2.2")?.byteOrder == .bigEndian)
    }

    @Test("A syntax that may lose something is never preferred to one that does not")
    func preference() throws {
        let firstLossy = try #require(TransferSyntax.known.firstIndex { $0.mayBeLossy })
        #expect(TransferSyntax.known[firstLossy...].allSatisfy { $0.mayBeLossy })
    }

    @Test("A tag reads as in the standard")
    func tag() {
        #expect("\(Tag.sopInstanceUID)" == "(0008,0018)")
        #expect("\(Tag.pixelData)" == "(7FE0,0010)")
    }
}
