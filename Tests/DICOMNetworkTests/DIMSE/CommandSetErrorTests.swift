// SPDX-License-Identifier: Apache-2.0

import DICOM
import NIOCore
import Testing

@testable import DICOMNetwork

/// What the log and the Error Comment say about a command set that is not valid.
@Suite("Command set errors")
struct CommandSetErrorTests {
    private static func error(_ bytes: [UInt8]) -> String {
        do {
            let command = try CommandSet(decoding: ByteBuffer(bytes: bytes))
            _ = try command.uint16(.messageID)
            _ = try command.uid(.affectedSOPInstanceUID)
            return "none"
        } catch {
            return "\(error)"
        }
    }

    private static let messageID: [UInt8] = [0, 0, 0x10, 0x01, 2, 0, 0, 0, 1, 0]
    private static let instanceTag: [UInt8] = [0, 0, 0x00, 0x10]

    @Test(
        "The error names the element and says what is wrong with it",
        arguments: [
            ([], "(0000,0110) Message ID is missing"),
            ([0, 0, 0x10, 0x01, 4, 0, 0, 0, 1, 0, 0, 0], "(0000,0110) Message ID has 4 bytes, expected 2"),
            (messageID + messageID, "(0000,0110) Message ID is repeated"),
            (
                messageID + [0, 0, 0x00, 0x10, 9, 0, 0, 0, 0x31],
                "(0000,1000) Affected SOP Instance UID runs past the command set: length 9, 1 bytes are left"
            ),
            (
                messageID + [0, 0, 0],
                "the command set ends inside an element's header: 3 bytes are left, expected 8"
            ),
            (
                messageID + [8, 0, 0x16, 0, 0, 0, 0, 0],
                "(0008,0016) is at offset 10 of the command set, expected group 0000"
            ),
            ([0, 0, 0x77, 0x77, 1, 0, 0, 0], "(0000,7777) runs past the command set: length 1, 0 bytes are left"),
            (
                messageID + instanceTag + [4, 0, 0, 0] + Array("1 .2".utf8),
                "(0000,1000) Affected SOP Instance UID is not a UID: no digit or dot at character 2"
            ),
            (
                messageID + instanceTag + [4, 0, 0, 0] + Array("1..2".utf8),
                "(0000,1000) Affected SOP Instance UID is not a UID: nothing between dots at character 3"
            ),
            (messageID + instanceTag + [0, 0, 0, 0], "(0000,1000) Affected SOP Instance UID is not a UID: empty"),
        ] as [([UInt8], String)])
    func texts(_ bytes: [UInt8], _ text: String) {
        #expect(Self.error(bytes) == text)
    }

    @Test("No bytes of a text get into the log if a peer sends something else than a command set")
    func lost() {
        let text = Self.error(Array("DOE^JANE".utf8))
        #expect(text == "An element is at offset 0 of the command set, expected group 0000")
    }

    @Test(
        "An Error Comment names the element and is not cut",
        arguments: [
            .invalidUID(.affectedSOPInstanceUID, .empty),
            .invalidUID(.affectedSOPInstanceUID, .tooLong(length: 1 << 20, maximum: 64)),
            .invalidUID(.affectedSOPInstanceUID, .byteNotAllowed(0x0A, offset: 63)),
            .invalidUID(.affectedSOPInstanceUID, .emptyComponent(offset: 64)),
            .elementMissing(.affectedSOPInstanceUID), .elementMissing(.affectedSOPClassUID),
        ] as [CommandSetError])
    func comments(_ error: CommandSetError) {
        #expect(error.errorComment.hasPrefix("(0000,"))
        #expect(error.errorComment.utf8.count <= CommandSet.maximumErrorCommentLength, "\(error.errorComment)")
    }
}
