// SPDX-License-Identifier: Apache-2.0

import DICOM
import DICOMNetwork
import NIOCore
import Testing

@Suite("Command sets")
struct CommandSetTests {
    static let context = AcceptedPresentationContext(
        id: 3, abstractSyntax: SOPClass.ctImageStorage, transferSyntax: .explicitVRLittleEndian)

    /// A C-ECHO-RQ, written by hand from PS3.7 Table 9.3-12.
    static let echo: [[UInt8]] = [
        // (0000,0000) UL 56
        [0x00, 0x00, 0x00, 0x00, 0x04, 0x00, 0x00, 0x00, 0x38, 0x00, 0x00, 0x00],
        // (0000,0002) UI 1.2.840.10008.1.1
        [0x00, 0x00, 0x02, 0x00, 0x12, 0x00, 0x00, 0x00], Array("1.2.840.10008.1.1\0".utf8),
        // (0000,0100) US 0030H
        [0x00, 0x00, 0x00, 0x01, 0x02, 0x00, 0x00, 0x00, 0x30, 0x00],
        // (0000,0110) US 1
        [0x00, 0x00, 0x10, 0x01, 0x02, 0x00, 0x00, 0x00, 0x01, 0x00],
        // (0000,0800) US 0101H
        [0x00, 0x00, 0x00, 0x08, 0x02, 0x00, 0x00, 0x00, 0x01, 0x01],
    ]

    @Test("A C-ECHO-RQ is encoded and decoded as PS3.7 defines it")
    func echoRequest() throws {
        let bytes = ByteBuffer(bytes: Self.echo.flatMap { $0 })
        #expect(CEchoRequest(messageID: 1).commandSet().encoded() == bytes)
        #expect(try CEchoRequest(CommandSet(decoding: bytes)).messageID == 1)
    }

    @Test("A C-STORE-RQ is decoded from its own encoding")
    func storeRequest() throws {
        let request = CStoreRequest(
            messageID: 65535, affectedSOPClassUID: try UID(SOPClass.ctImageStorage),
            affectedSOPInstanceUID: try UID("1.2.3"), priority: 2, moveOriginatorApplicationEntityTitle: "MOVER",
            moveOriginatorMessageID: 4, presentationContextID: 3, transferSyntax: .explicitVRLittleEndian)
        let command = try CommandSet(decoding: request.commandSet().encoded())
        #expect(try CStoreRequest(command, on: Self.context) == request)
    }

    @Test("An N-ACTION-RQ is encoded as PS3.7 Table 10.3-7 defines it, and decoded from its encoding")
    func actionRequest() throws {
        let context = AcceptedPresentationContext(
            id: 7, abstractSyntax: SOPClass.storageCommitmentPushModel, transferSyntax: .implicitVRLittleEndian)
        let encoded = try Samples.actionCommand(messageID: 258).encoded()
        let elements: [[UInt8]] = [
            // (0000,0000) UL 98
            [0x00, 0x00, 0x00, 0x00, 0x04, 0x00, 0x00, 0x00, 0x62, 0x00, 0x00, 0x00],
            // (0000,0003) UI 1.2.840.10008.1.20.1
            [0x00, 0x00, 0x03, 0x00, 0x14, 0x00, 0x00, 0x00], Array("1.2.840.10008.1.20.1".utf8),
            // (0000,0100) US 0130H, (0000,0110) US 258, (0000,0800) US 0
            [0x00, 0x00, 0x00, 0x01, 0x02, 0x00, 0x00, 0x00, 0x30, 0x01],
            [0x00, 0x00, 0x10, 0x01, 0x02, 0x00, 0x00, 0x00, 0x02, 0x01],
            [0x00, 0x00, 0x00, 0x08, 0x02, 0x00, 0x00, 0x00, 0x00, 0x00],
            // (0000,1001) UI 1.2.840.10008.1.20.1.1
            [0x00, 0x00, 0x01, 0x10, 0x16, 0x00, 0x00, 0x00], Array("1.2.840.10008.1.20.1.1".utf8),
            // (0000,1008) US 1
            [0x00, 0x00, 0x08, 0x10, 0x02, 0x00, 0x00, 0x00, 0x01, 0x00],
        ]
        var expected = elements.flatMap { $0 }
        expected[8] = UInt8(expected.count - 12)
        #expect(Array(encoded.readableBytesView) == expected)
        let request = try NActionRequest(CommandSet(decoding: encoded), on: context)
        #expect(request.commandSet() == (try Samples.actionCommand(messageID: 258)))
    }

    @Test("A failure has its comment, cut to fit (0000,0902); a success has none")
    func errorComment() throws {
        let request = try CStoreRequest(Samples.storeCommand(), on: Self.context)
        let long = "S3\\said\nno " + String(repeating: "x", count: 80)
        let failure = CStoreResponse(
            to: request, outcome: OperationOutcome(status: .outOfResources, errorComment: long))
        let sent = try CommandSet(decoding: failure.commandSet().encoded())
        #expect(sent.text(.errorComment) == "S3?said?no " + String(repeating: "x", count: 53))
        let success = CStoreResponse(to: request, outcome: OperationOutcome(status: .success, errorComment: long))
        #expect(!success.commandSet().contains(.errorComment))
    }

    @Test("A wrong or missing group length is ignored")
    func groupLength() throws {
        var bytes = Self.echo.flatMap { $0 }
        bytes[8] = 0xFF
        #expect(try CEchoRequest(CommandSet(decoding: ByteBuffer(bytes: bytes))).messageID == 1)
        #expect(try CEchoRequest(CommandSet(decoding: ByteBuffer(bytes: bytes[12...]))).messageID == 1)
    }

    @Test("A command set cut at any offset is an error or lacks an element")
    func truncated() {
        let bytes = Self.echo.flatMap { $0 }
        for length in 0..<bytes.count {
            #expect(throws: CommandSetError.self) {
                let command = try CommandSet(decoding: ByteBuffer(bytes: bytes[..<length]))
                _ = try command.uint16(.commandDataSetType)
            }
        }
    }

    @Test(
        "Elements that are not valid are refused",
        arguments: [
            // an element of another group
            ([0x08, 0, 0x16, 0, 0, 0, 0, 0], CommandSetError.groupNotAllowed(.sopClassUID, offset: 0)),
            // a length near 2^32
            (
                [0, 0, 0x02, 0, 0xFE, 0xFF, 0xFF, 0xFF],
                .valueExceedsCommandSet(Tag(0, 2), length: 0xFFFF_FFFE, remaining: 0)
            ),
            // (0000,0110) twice
            ([0, 0, 0x10, 0x01, 0, 0, 0, 0, 0, 0, 0x10, 0x01, 0, 0, 0, 0], .elementRepeated(Tag(0, 0x0110))),
            // a message id of four bytes
            ([0, 0, 0x10, 0x01, 4, 0, 0, 0, 1, 0, 0, 0], .lengthNotAllowed(.messageID, length: 4, expected: 2)),
        ] as [([UInt8], CommandSetError)])
    func invalid(_ bytes: [UInt8], _ error: CommandSetError) {
        #expect(throws: error) { try CEchoRequest(CommandSet(decoding: ByteBuffer(bytes: bytes))) }
    }

    @Test(
        "Warnings count as stored; refusals and failures do not",
        arguments: [(0x0000, true), (0xB000, true), (0xB007, true), (0xA700, false), (0xC000, false), (0x0110, false)]
            as [(UInt16, Bool)])
    func statuses(_ status: UInt16, _ isStored: Bool) {
        #expect(DIMSEStatus(rawValue: status).isStored == isStored)
    }
}
