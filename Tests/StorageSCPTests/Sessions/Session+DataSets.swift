// SPDX-License-Identifier: Apache-2.0

/// PS3.4 §B.2.3 and PS3.5 §7: data sets that do not match their command, or cannot be read.
extension Session {
    private static func element(_ group: Int, _ element: Int, _ vr: String, _ value: [UInt8]) -> [UInt8] {
        Wire.explicitElement(group, element, vr, value)
    }

    /// Nested sequences of undefined length, all of them closed.
    private static func nested(_ levels: Int) -> [UInt8] {
        let open = Wire.little16(8) + Wire.little16(0x1115) + Array("SQ".utf8) + [0, 0, 0xFF, 0xFF, 0xFF, 0xFF]
        let item: [UInt8] = [0xFE, 0xFF, 0x00, 0xE0, 0xFF, 0xFF, 0xFF, 0xFF]
        let close: [UInt8] = [0xFE, 0xFF, 0x0D, 0xE0, 0, 0, 0, 0, 0xFE, 0xFF, 0xDD, 0xE0, 0, 0, 0, 0]
        return (0..<levels).reduce([]) { inner, _ in open + item + inner + close }
    }

    /// The meta information of a file.
    private static let file =
        [UInt8](repeating: 0, count: 128) + Array("DICM".utf8) + element(2, 0, "UL", [0, 0, 0, 0])

    /// A private element of half a megabyte, which some devices put before the UIDs.
    private static let privateElement = element(9, 0x1001, "UN", [UInt8](repeating: 7, count: 500_000))

    private static func inOtherSyntax(
        _ title: String, _ syntax: String, _ dataSet: [UInt8], status: Int
    ) -> Session {
        Session(
            title: title,
            steps: [
                Step(
                    bytes: Wire.request(
                        Wire.applicationContext, Wire.context(3, Wire.ct, syntax), Wire.userInformation),
                    reactions: [.accept([3: 0])]),
                Step(
                    bytes: Wire.data(Wire.pdv(3, 3, Wire.store), Wire.pdv(3, 2, dataSet)), reactions: [.stored(status)]),
            ],
            stored: status == 0 ? [dataSet] : [])
    }

    static let dataSets: [Session] = [
        storing(
            "A data set of an instance other than the command's", Wire.dataSet(instance: "2.25.99"), status: 0xA900),
        storing(
            "A data set of a SOP class other than the command's", Wire.dataSet(classUID: "1.2.840.10008.5.1.4.1.1.4"),
            status: 0xA900),
        storing("An empty data set", [], status: 0xC000),
        storing("A data set of one byte", [8], status: 0xC000),
        storing("A data set of bytes FFH", [UInt8](repeating: 0xFF, count: 1000), status: 0xC000),
        storing("A data set of HTML text", Array("<html>not here</html>".utf8), status: 0xC000),
        storing("A data set without a study", Wire.dataSet(study: nil), status: 0xC000),
        storing("A data set without a series", Wire.dataSet(series: nil), status: 0xC000),
        storing("A data set with an empty Study Instance UID", Wire.dataSet(study: ""), status: 0xC000),
        storing("A Study Instance UID that is a relative path", Wire.dataSet(study: "../../../etc"), status: 0xC000),
        storing("A Series Instance UID with a slash", Wire.dataSet(series: "1/2"), status: 0xC000),
        storing(
            "A Study Instance UID of 65 digits", Wire.dataSet(study: String(repeating: "1", count: 65)), status: 0xC000),
        storing("A Study Instance UID padded with spaces", Wire.dataSet(study: "2.25.10   "), status: 0),
        storing("A data set that ends inside its UIDs", Array(Wire.dataSet().prefix(20)), status: 0xC000),
        storing(
            "A data set that ends inside the header of an element", Array(Wire.dataSet().prefix(12)), status: 0xC000),
        storing("A file instead of a data set", file + Wire.dataSet(), status: 0xC000),
        storing("A file without its preamble", Array(file.dropFirst(128)) + Wire.dataSet(), status: 0xC000),
        storing("A data set that begins with group 0002", Array(file.dropFirst(132)) + Wire.dataSet(), status: 0),
        storing(
            "A data set that begins with group 0000", Wire.explicitElement(0, 0, "UL", [0, 0, 0, 0]) + Wire.dataSet(),
            status: 0),
        storing(
            "A delimiter outside a sequence", [0xFE, 0xFF, 0x0D, 0xE0, 0, 0, 0, 0] + Wire.dataSet(), status: 0),
        storing(
            "A VR of two lower-case letters", [8, 0, 5, 0] + Array("cs".utf8) + [0, 0] + Wire.dataSet(), status: 0xC000),
        storing(
            "A VR that a later edition of the standard may define, with a 32-bit length",
            Wire.dataSet(before: [8, 0, 5, 0] + Array("ZZ".utf8) + [0, 0, 2, 0, 0, 0, 1, 2]), status: 0),
        storing(
            "A VR `??`, with a 16-bit length", Wire.dataSet(before: [8, 0, 5, 0] + Array("??".utf8) + [2, 0, 1, 2]),
            status: 0),
        storing(
            "A UT of undefined length",
            Wire.dataSet(before: [8, 0, 5, 0] + Array("UT".utf8) + [0, 0, 0xFF, 0xFF, 0xFF, 0xFF]),
            status: 0xC000),
        storing(
            "An element of 4 GiB before the UIDs",
            [8, 0, 5, 0] + Array("UN".utf8) + [0, 0, 0xFE, 0xFF, 0xFF, 0xFF] + Wire.dataSet(), status: 0xC000),
        storing("Elements of odd length", Wire.dataSet(before: element(8, 5, "CS", [0x41])), status: 0),
        storing(
            "A private element of half a megabyte before the UIDs", Wire.dataSet(before: privateElement), status: 0),
        storing("A sequence 64 levels deep", Wire.dataSet(before: nested(32)), status: 0),
        storing("A sequence deeper than the limit", Wire.dataSet(before: nested(33)), status: 0xC000),
        storing("A sequence 5,000 levels deep", Wire.dataSet(before: nested(5000)), status: 0xC000),
        storing(
            "A sequence deeper than a limit set lower", Wire.dataSet(before: nested(2)), status: 0xC000,
            settings: ["MAXIMUM_ELEMENT_DEPTH": "3"]),
        storing(
            "A sequence that is not closed",
            Wire.dataSet(before: Array(nested(1).dropLast(8))), status: 0xC000),
        storing(
            "The Study Instance UID twice: the first counts",
            Wire.dataSet() + element(0x20, 0x000D, "UI", Wire.uid("2.25.77")),
            status: 0),
        storing("Three more bytes after the pixel data", Wire.dataSet() + [1, 2, 3], status: 0),
        storing(
            "An instance larger than the limit", Wire.dataSet(pixels: 5000), status: 0xA700,
            settings: ["MAXIMUM_INSTANCE_BYTES": "4999"]),
        storing(
            "Implicit VR under an explicit transfer syntax",
            Wire.element(0x0016, Wire.uid(Wire.ct), group: 8)
                + Wire.element(0x0018, Wire.uid(sopInstanceUID), group: 8),
            status: 0xC000),
        inOtherSyntax("Explicit VR under an implicit transfer syntax", Wire.implicit, Wire.dataSet(), status: 0xC000),
        inOtherSyntax(
            "A deflated data set that is not a deflate stream", "1.2.840.10008.1.2.1.99", Wire.dataSet(), status: 0xC000
        ),
        inOtherSyntax(
            "A deflate stream of 20,000 empty blocks", "1.2.840.10008.1.2.1.99",
            (0..<20_000).flatMap { _ in [0, 0, 0, 0xFF, 0xFF] as [UInt8] }, status: 0xC000),
        inOtherSyntax(
            "Compressed pixel data whose fragments are cut short", "1.2.840.10008.1.2.4.70",
            Array(Wire.dataSet(pixels: 0).dropLast(12))
                + [0xE0, 0x7F, 0x10, 0] + Array("OB".utf8) + [0, 0, 0xFF, 0xFF, 0xFF, 0xFF, 0xFE, 0xFF, 0, 0xE0, 9, 0],
            status: 0xC000),
    ]
}
