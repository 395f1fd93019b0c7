// SPDX-License-Identifier: Apache-2.0

import DICOM
import DICOMNetwork
import NIOCore
import Testing

/// How the log describes the end of an association.
@Suite("Association ends")
struct AssociationEndTests {
    private static func end(
        afterRequest request: AAssociateRQ = Samples.request, sending bytes: [UInt8]
    ) throws -> String {
        let peer = try EmbeddedPeer()
        try peer.send(.associateRQ(request))
        try peer.send(bytes: bytes)
        try peer.close()
        return "\(try #require(peer.service.summaries.first).end)"
    }

    private static func end(sendingFirst bytes: [UInt8]) throws -> String {
        let peer = try EmbeddedPeer()
        try peer.send(bytes: bytes)
        try peer.close()
        return "\(try #require(peer.service.summaries.first).end)"
    }

    private static func pdu(_ type: UInt8, _ body: [UInt8], length: UInt32? = nil) -> [UInt8] {
        var buffer = ByteBuffer()
        buffer.writeMultipleIntegers(type, UInt8(0), length ?? UInt32(body.count))
        return Array(buffer.readableBytesView) + body
    }

    /// An A-ASSOCIATE-RQ of these items.
    private static func request(_ items: [UInt8]) -> [UInt8] {
        pdu(1, [0, 1, 0, 0] + [UInt8](repeating: 0x20, count: 32) + [UInt8](repeating: 0, count: 32) + items)
    }

    private static let abstractSyntax: [UInt8] = [0x30, 0, 0, 1, 0x31]

    @Test(
        "The reason of an abort says which PDU was not valid and why",
        arguments: [
            (pdu(8, []), "invalid PDU: PDU type 08H does not exist"),
            (pdu(5, [], length: 5), "invalid PDU: A-RELEASE-RQ of 5 bytes, expected 4"),
            (pdu(4, [], length: 0x7FFF_FFFF), "invalid PDU: P-DATA-TF of 2147483647 bytes, maximum 1048576"),
            (pdu(4, []), "invalid PDU: P-DATA-TF without a PDV"),
            (pdu(4, [0, 0, 0, 1, 3, 3]), "invalid PDU: a PDV has length 1, minimum 2"),
            (
                pdu(4, [0, 0, 0, 9, 3, 3]), "invalid PDU: a PDV has length 9, but 2 bytes of its P-DATA-TF are left"
            ),
            (pdu(6, [0, 0, 0, 0]), "unexpected PDU: A-RELEASE-RP in sta6"),
            (
                pdu(4, [0, 0, 0, 2, 5, 3]),
                "invalid message: a PDV on presentation context 5, which was not accepted"
            ),
            (
                pdu(4, [0, 0, 0, 2, 3, 2]),
                "invalid message: a data set fragment arrived where a command fragment was expected"
            ),
            (
                pdu(4, [0, 0, 0, 3, 3, 1, 0, 0, 0, 0, 3, 1, 1, 0]),
                "invalid message: a message that began on presentation context 3 continues on 1"
            ),
            (pdu(4, [0, 0, 0, 2, 3, 3]), "invalid message: (0000,0800) Command Data Set Type is missing"),
        ] as [([UInt8], String)])
    func aborts(_ bytes: [UInt8], _ text: String) throws {
        #expect(try Self.end(sending: bytes) == "aborted by us: \(text)")
    }

    @Test(
        "The reason of a refused A-ASSOCIATE-RQ says which item was not valid and why",
        arguments: [
            (pdu(1, [], length: 0x7FFF_FFFF), "A-ASSOCIATE-RQ of 2147483647 bytes, maximum 1048576"),
            (pdu(1, [0, 1]), "A-ASSOCIATE-RQ of 2 bytes, minimum 68"),
            (pdu(4, [0, 0, 0, 2, 3, 3]), "a P-DATA-TF before an association"),
            (request([]), "item 20H (presentation context) is missing"),
            (request([0x20, 0, 1]), "an item's header has 4 bytes, but 3 are left"),
            (request([0x20, 0, 1, 0, 1]), "item 20H (presentation context) has length 256, but 1 bytes are left"),
            (
                request([0x20, 0, 0, 2, 1, 0]),
                "item 20H (presentation context) ends inside a field of 3 bytes, 1 are left"
            ),
            (request([0x20, 0, 0, 4, 2, 0, 0, 0]), "presentation context ID 2 is not odd"),
            (request([0x20, 0, 0, 4, 1, 0, 0, 0]), "item 30H (abstract syntax) is missing"),
            (
                request([0x20, 0, 0, 9, 1, 0, 0, 0] + abstractSyntax + [0x20, 0, 0, 9, 1, 0, 0, 0] + abstractSyntax),
                "presentation context ID 1 is repeated"
            ),
            (
                request([0x50, 0, 0, 9, 0x51, 0, 0, 5, 0, 0, 0, 0, 0]),
                "item 51H (maximum length) has 1 bytes after its last field"
            ),
            (request([0x10, 0, 0, 0, 0x10, 0, 0, 0]), "item 10H (application context) is repeated"),
        ] as [([UInt8], String)])
    func requests(_ bytes: [UInt8], _ text: String) throws {
        #expect(try Self.end(sendingFirst: bytes) == "aborted by us: invalid PDU: \(text)")
    }

    @Test("The reason names the missing Message ID of a C-STORE-RQ, which cannot be answered")
    func noMessageID() throws {
        var command = CommandSet()
        command.set(.affectedSOPClassUID, uid: SOPClass.ctImageStorage)
        command.set(.commandField, CommandField.cStoreRQ.rawValue)
        command.set(.commandDataSetType, 0)
        command.set(.affectedSOPInstanceUID, uid: "1.2")
        let bytes = Samples.encoded(Samples.data(Samples.value(command)))
        #expect(
            try Self.end(sending: Array(bytes.readableBytesView))
                == "aborted by us: invalid message: (0000,0110) Message ID is missing")
    }

    @Test("The reason of a rejection has the answer to the peer and the cause")
    func rejections() throws {
        let peer = try EmbeddedPeer()
        peer.service.rejection = AssociationRejection(.localLimitExceeded, reason: "too many")
        try peer.send(.associateRQ(Samples.request))
        try peer.close()
        #expect(peer.service.summaries.map { "\($0.end)" } == ["rejected: 2/3/2 local limit exceeded: too many"])

        var request = Samples.request
        request.protocolVersion = 2
        #expect(
            try Self.end(afterRequest: request, sending: [])
                == "rejected: 1/2/2 protocol version not supported: the request does not offer version 1 of the protocol"
        )
        request = Samples.request
        request.applicationContextName = "1.2"
        #expect(
            try Self.end(afterRequest: request, sending: [])
                == "rejected: 1/1/2 application context name not supported: the application context is not that of DICOM"
        )
    }

    @Test("A rejection during shutdown says so")
    func draining() throws {
        let peer = try EmbeddedPeer()
        try peer.send(bytes: [1])
        peer.channel.pipeline.fireUserInboundEventTriggered(AssociationHandler.Drain())
        try peer.send(bytes: Array(Samples.encoded(.associateRQ(Samples.request)).readableBytesView.dropFirst()))
        try peer.close()
        #expect(
            peer.service.summaries.map { "\($0.end)" }
                == ["rejected: 2/3/2 local limit exceeded: the receiver is shutting down"])
    }
}
