// SPDX-License-Identifier: Apache-2.0

import DICOM
import Testing

@Suite("UID")
struct UIDTests {
    @Test(
        "Valid UIDs are accepted",
        arguments: ["1", "1.2.840.10008.1.1", "2.25.0", "1.02", String(repeating: "1", count: 64)])
    func valid(_ text: String) throws {
        #expect(try UID(text).value == text)
    }

    @Test(
        "Anything else is refused, and the error shows the position",
        arguments: [
            ("", UIDError.empty),
            (".", .emptyComponent(offset: 0)),
            ("..", .emptyComponent(offset: 0)),
            ("1..2", .emptyComponent(offset: 2)),
            (".1", .emptyComponent(offset: 0)),
            ("1.", .emptyComponent(offset: 2)),
            ("1/2", .byteNotAllowed(0x2F, offset: 1)),
            ("1.2\0", .byteNotAllowed(0, offset: 3)),
            ("1.2 ", .byteNotAllowed(0x20, offset: 3)),
            ("1.$(x)", .byteNotAllowed(0x24, offset: 2)),
            (String(repeating: "1", count: 65), .tooLong(length: 65, maximum: 64)),
        ])
    func invalid(_ text: String, _ error: UIDError) {
        #expect(throws: error) { try UID(text) }
    }

    @Test(
        "Only the trimming initialiser removes padding",
        arguments: ["1.2\0", "1.2 ", "1.2\0\0", "1.2 \0", "1.2"])
    func trimming(_ text: String) throws {
        #expect(try UID(trimming: Array(text.utf8)[...]).value == "1.2")
    }
}
