// SPDX-License-Identifier: Apache-2.0

/// PS3.8 Table 9-10: PDUs that are unexpected, unknown or not valid, in each state that a peer can cause.
extension Session {
    private static func first(_ title: String, _ bytes: [UInt8], _ reactions: Reaction...) -> Session {
        Session(title: "Before the request: \(title)", steps: [Step(bytes: bytes, reactions: reactions)])
    }

    private static func released(_ title: String, _ bytes: [UInt8], _ reactions: Reaction...) -> Session {
        associated("After the release: \(title)", Wire.releaseRQ + bytes, reactions: [.release] + reactions)
    }

    static let protocolErrors: [Session] = inSta2 + inSta6 + inSta13

    private static let accept = [2] + Wire.request.dropFirst()
    private static let reject = Wire.pdu(3, [0, 1, 1, 1])

    private static let inSta2: [Session] = [
        first("the end of the connection", []),
        first("one byte and the end of the connection", [1]),
        first("half an A-ASSOCIATE-RQ and the end of the connection", Array(Wire.request.prefix(100))),
        first("an A-ASSOCIATE-AC", Array(accept), .userAbort),
        first("an A-ASSOCIATE-RJ", reject, .userAbort),
        first("a P-DATA-TF", Wire.data(Wire.pdv(1, 3, Wire.echo)), .userAbort),
        first("an A-RELEASE-RQ", Wire.releaseRQ, .userAbort),
        first("an A-RELEASE-RP", Wire.releaseRP, .userAbort),
        first("an A-ABORT, which closes the connection (AA-2)", Wire.abort),
        first("a PDU of type 00H", [0], .userAbort),
        first("a PDU of type 08H", [8, 0, 0, 0, 0, 0], .userAbort),
        first("a PDU of type FFH", [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF], .userAbort),
        first("an HTTP request", Array("GET / HTTP/1.1\r\n\r\n".utf8), .userAbort),
        first("a TLS handshake", [0x16, 3, 1, 2, 0, 1, 0, 1, 0xFC, 3, 3], .userAbort),
        first("an A-RELEASE-RQ of 2 GiB", Wire.pdu(5, [], length: 0x8000_0000), .userAbort),
        first("the header of a P-DATA-TF, aborted before its body arrives", [4, 0, 0, 0x0F, 0, 0], .userAbort),
        first("a P-DATA-TF of 4 GiB", Wire.pdu(4, [], length: 0xFFFF_FFFF), .userAbort),
    ]

    private static let inSta6: [Session] = [
        associated("A second A-ASSOCIATE-RQ", Wire.request, .unexpected),
        associated("An A-ASSOCIATE-AC", Array(accept), .unexpected),
        associated("An A-ASSOCIATE-RJ", reject, .unexpected),
        associated("An A-ASSOCIATE-RJ with a result that is not defined", Wire.pdu(3, [0, 9, 1, 1]), .invalid),
        associated("An A-RELEASE-RP without an A-RELEASE-RQ", Wire.releaseRP, .unexpected),
        associated("A PDU of type 00H", [0, 0, 0, 0, 0, 0], .unrecognized),
        associated("A PDU of type 08H", [8, 0, 0, 0, 0, 4, 0, 0, 0, 0], .unrecognized),
        associated("A PDU of type FFH", [0xFF], .unrecognized),
        associated("An A-RELEASE-RQ without a body", Wire.pdu(5, []), .invalid),
        associated("An A-RELEASE-RQ of three bytes", Wire.pdu(5, [0, 0, 0]), .invalid),
        associated("An A-RELEASE-RQ of five bytes", Wire.pdu(5, [0, 0, 0, 0, 0]), .invalid),
        associated("An A-RELEASE-RQ of 4 GiB", Wire.pdu(5, [], length: 0xFFFF_FFFF), .invalid),
        associated("An A-RELEASE-RQ with bytes that are not zero", Wire.pdu(5, [1, 2, 3, 4], reserved: 9), .release),
        associated("An A-ABORT of three bytes", Wire.pdu(7, [0, 0, 0]), .invalid),
        associated("An A-ABORT by the user", Wire.abort),
        associated("An A-ABORT by the provider with a reason that is not defined", Wire.pdu(7, [0, 0, 2, 99])),
        associated("A release", Wire.releaseRQ, .release),
        associated("A release written byte by byte", Wire.releaseRQ, .release, pieces: 1),
        associated(
            "A message, then a release in the same segment",
            Wire.data(Wire.pdv(1, 3, Wire.echo)) + Wire.releaseRQ, .echoed, .release),
        associated("A release inside a message", Wire.data(Wire.pdv(3, 3, Wire.store)) + Wire.releaseRQ, .release),
        associated(
            "An abort inside a message", Wire.data(Wire.pdv(3, 3, Wire.store), Wire.pdv(3, 0, [1])) + Wire.abort),
        associated(
            "The end of the connection inside a message", Wire.data(Wire.pdv(3, 3, Wire.store), Wire.pdv(3, 0, [1]))),
        associated("The end of the connection inside a PDU", Array(Wire.data(Wire.pdv(3, 3, Wire.store)).prefix(50))),
    ]

    private static let inSta13: [Session] = [
        released("another A-RELEASE-RQ is ignored", Wire.releaseRQ),
        released("a P-DATA-TF is ignored", Wire.data(Wire.pdv(1, 3, Wire.echo))),
        released("an A-RELEASE-RP is ignored", Wire.releaseRP),
        released("an A-ABORT closes the connection", Wire.abort),
        released("an A-ASSOCIATE-RQ is aborted", Wire.request, .unexpected),
        released("a PDU of an unknown type is aborted", [9], .unrecognized),
    ]
}
