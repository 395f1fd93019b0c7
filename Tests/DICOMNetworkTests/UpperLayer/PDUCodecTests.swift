// SPDX-License-Identifier: Apache-2.0

import DICOM
import DICOMNetwork
import NIOCore
import NIOTestUtils
import Testing

@Suite("PDU codec")
struct PDUCodecTests {
    static let accept = AAssociateAC(
        answering: Samples.request,
        presentationContexts: [
            PresentationContextAnswer(id: 1, result: .acceptance, transferSyntax: "1.2.840.10008.1.2"),
            PresentationContextAnswer(
                id: 3, result: .transferSyntaxesNotSupported, transferSyntax: "1.2.840.10008.1.2"),
        ],
        userInformation: UserInformation(maximumLength: 131072, implementationClassUID: "2.25.1"))

    /// A request with every sub-item of the user information.
    static let fullRequest: AAssociateRQ = {
        var request = Samples.request
        request.userInformation.asynchronousOperationsWindow = AsynchronousOperationsWindow(
            maximumOperationsInvoked: 4, maximumOperationsPerformed: 1)
        request.userInformation.roleSelections = [
            RoleSelection(sopClassUID: "1.2.3", isSCU: true, isSCP: false),
            RoleSelection(sopClassUID: "1.2.4", isSCU: false, isSCP: true),
        ]
        request.userInformation.extendedNegotiations = [
            SOPClassExtendedNegotiation(sopClassUID: "1.2.3", serviceClassApplicationInformation: [2, 0, 3])
        ]
        request.userInformation.commonExtendedNegotiations = [
            SOPClassCommonExtendedNegotiation(
                sopClassUID: "1.2.3", serviceClassUID: "1.2.4", relatedGeneralSOPClassUIDs: ["1.2.5", "1.2.6"])
        ]
        request.userInformation.userIdentity = UserIdentity(
            type: 2, isPositiveResponseRequested: true, primaryField: [1, 2], secondaryField: [3])
        return request
    }()

    static let pdus: [PDU] = [
        .associateRQ(Samples.request), .associateRQ(fullRequest), .associateAC(accept),
        .associateRJ(.calledAETitleNotRecognized), .releaseRQ, .releaseRP, .abort(AAbort(.unexpectedPDU)),
    ]

    @Test("An encoded PDU decodes to the same PDU, also byte by byte and with others in one buffer")
    func roundTrip() throws {
        try ByteToMessageDecoderVerifier.verifyDecoder(
            inputOutputPairs: Self.pdus.map { (Samples.encoded($0), [$0]) }, decoderFactory: { PDUDecoder() })
    }

    @Test("A PDU cut at any offset is not decoded until its rest arrives", arguments: pdus)
    func truncated(_ pdu: PDU) throws {
        let bytes = Samples.encoded(pdu)
        for length in 0..<bytes.readableBytes {
            var decoder = PDUDecoder()
            var part = try #require(bytes.getSlice(at: 0, length: length))
            #expect(try decoder.decode(buffer: &part) == nil)
        }
    }

    @Test("A P-DATA-TF is passed on as it arrives, in pieces of any size", arguments: 1...40)
    func data(pieceSize: Int) throws {
        let values = [
            Samples.value([1, 2, 3, 4, 5, 6, 7], isCommand: true, isLast: false), Samples.value([]),
            Samples.value([8], isLast: false),
        ]
        var rest = Samples.encoded(.dataTF(PDataTF(values: values)))
        var decoder = PDUDecoder()
        var received = ByteBuffer()
        var decoded: [PresentationDataValue] = []
        while let piece = rest.readSlice(length: min(pieceSize, rest.readableBytes)), piece.readableBytes > 0 {
            received.writeImmutableBuffer(piece)
            while case .dataTF(let data) = try decoder.decode(buffer: &received) { decoded += data.values }
        }
        #expect(!decoder.isInsideDataTF)
        #expect(received.readableBytes == 0)
        #expect(Self.joined(decoded) == values)
    }

    /// Joins the pieces of each PDV. Only the last piece of a PDV may be the last of its message.
    private static func joined(_ pieces: [PresentationDataValue]) -> [PresentationDataValue] {
        var values: [PresentationDataValue] = []
        let lengths = [7, 0, 1]
        for piece in pieces {
            guard let last = values.last, last.fragment.readableBytes < lengths[values.count - 1] else {
                values.append(piece)
                continue
            }
            var fragment = last.fragment
            fragment.writeImmutableBuffer(piece.fragment)
            values[values.count - 1] = PresentationDataValue(
                contextID: piece.contextID, isCommand: piece.isCommand, isLast: piece.isLast, fragment: fragment)
        }
        return values
    }

    @Test("An A-ASSOCIATE PDU whose body is cut at any offset is invalid, unless the cut is between two items")
    func truncatedBody() throws {
        var whole = Samples.encoded(.associateRQ(Self.fullRequest))
        let length = whole.readableBytes - 6
        for cut in 0..<length {
            whole.setInteger(UInt32(cut), at: 2)
            var bytes = whole
            var decoder = PDUDecoder()
            do throws(PDUDecodingError) {
                #expect(try decoder.decode(buffer: &bytes) != nil)
            } catch {
                #expect(error.abortReason == .invalidPDUParameterValue)
            }
        }
    }

    @Test("An A-ASSOCIATE-RJ is encoded as in PS3.8 Table 9-21")
    func rejection() {
        // type 03, reserved; length 4; reserved, result 2, source 3, reason 2
        #expect(
            Samples.encoded(.associateRJ(.localLimitExceeded))
                == ByteBuffer(bytes: [0x03, 0x00, 0x00, 0x00, 0x00, 0x04, 0x00, 0x02, 0x03, 0x02]))
    }

    @Test("An A-ABORT is encoded as in PS3.8 Table 9-26")
    func abort() {
        // type 07, reserved; length 4; two reserved, source 2, reason 1
        #expect(
            Samples.encoded(.abort(AAbort(.unrecognizedPDU)))
                == ByteBuffer(bytes: [0x07, 0x00, 0x00, 0x00, 0x00, 0x04, 0x00, 0x00, 0x02, 0x01]))
    }

    @Test(
        "A wrong header is refused before the body arrives",
        arguments: [
            // An HTTP request.
            (Array("G".utf8), PDUDecodingError.unrecognizedType(0x47)),
            ([0x00], .unrecognizedType(0)),
            (
                [0x01, 0, 0xFF, 0xFF, 0xFF, 0xFF],
                .lengthExceedsMaximum(
                    type: .associateRQ, length: 0xFFFF_FFFF, maximum: 1 << 20)
            ),
            (
                [0x04, 0, 0x00, 0x10, 0x00, 0x01],
                .lengthExceedsMaximum(
                    type: .dataTF, length: 1_048_577, maximum: 1_048_576)
            ),
            ([0x05, 0, 0, 0, 0, 5], .lengthNotAllowed(type: .releaseRQ, length: 5, expected: 4)),
            ([0x07, 0, 0, 0, 0, 0], .lengthNotAllowed(type: .abort, length: 0, expected: 4)),
        ] as [([UInt8], PDUDecodingError)])
    func header(_ bytes: [UInt8], _ error: PDUDecodingError) {
        var buffer = ByteBuffer(bytes: bytes)
        var decoder = PDUDecoder()
        #expect(throws: error) { try decoder.decode(buffer: &buffer) }
    }

    @Test(
        "A PDV that does not fit its PDU is refused",
        arguments: [
            // no PDV at all
            ([], PDUDecodingError.presentationDataValueMissing),
            // length 1: not even context id and control header
            ([0, 0, 0, 1, 3], .presentationDataValueTooShort(length: 1)),
            // length near 2^32
            ([0xFF, 0xFF, 0xFF, 0xFE, 3, 0], .presentationDataValueExceedsPDU(length: 0xFFFF_FFFE, remaining: 2)),
            // one byte more than is left
            ([0, 0, 0, 4, 3, 0, 1], .presentationDataValueExceedsPDU(length: 4, remaining: 3)),
            // a second PDV that has no room for its length
            ([0, 0, 0, 2, 3, 0, 0, 0], .presentationDataValueExceedsPDU(length: 0, remaining: 2)),
        ] as [([UInt8], PDUDecodingError)])
    func dataValues(_ body: [UInt8], _ error: PDUDecodingError) {
        var buffer = ByteBuffer(bytes: [0x04, 0, 0, 0, 0, UInt8(body.count)] + body)
        var decoder = PDUDecoder()
        #expect(throws: error) { try decoder.decode(buffer: &buffer) }
    }

    /// An A-ASSOCIATE-RQ with these items.
    static func request(version: [UInt8] = [0, 1], _ items: [UInt8]...) -> ByteBuffer {
        let body =
            version + [0, 0] + [UInt8](repeating: 0x20, count: 32) + [UInt8](repeating: 0, count: 32)
            + items.flatMap { $0 }
        return ByteBuffer(bytes: [0x01, 0, 0, 0] + [UInt8(body.count >> 8), UInt8(body.count & 0xFF)] + body)
    }

    /// A request whose user information holds one sub-item.
    static func userInformation(_ type: UInt8, _ value: [UInt8]) -> ByteBuffer {
        request(context1, [0x50, 0, 0, UInt8(value.count + 4), type, 0, 0, UInt8(value.count)] + value)
    }

    // Items: type, reserved, length, value.
    static let applicationContext: [UInt8] = [0x10, 0, 0, 3] + Array("1.2".utf8)
    static let context1: [UInt8] =
        [0x20, 0, 0, 18, 1, 0, 0, 0] + [0x30, 0, 0, 4] + Array("1.2\0".utf8)
        + [0x40, 0, 0, 2] + Array("1 ".utf8)
    static let context2: [UInt8] = [0x20, 0, 0, 4, 2, 0, 0, 0]
    static let maximumLength: [UInt8] = [0x51, 0, 0, 4, 0, 0, 0, 0]
    static let unknown: [UInt8] = [0x99, 0, 0, 1, 0xFF]

    @Test("Names are trimmed, unknown items are skipped, and a maximum length of zero means no limit")
    func lenient() throws {
        let userInformation = [0x50, 0, 0, 13] + Self.maximumLength + Self.unknown
        var buffer = Self.request(version: [0x80, 0x01], Self.unknown, Self.context1, userInformation)
        var decoder = PDUDecoder()
        guard case .associateRQ(let request) = try decoder.decode(buffer: &buffer) else {
            Issue.record("not an A-ASSOCIATE-RQ")
            return
        }
        #expect(request.supportsProtocolVersion1)
        #expect(request.callingAETitle.value == "")
        #expect(request.applicationContextName == nil)
        #expect(
            request.presentationContexts == [
                ProposedPresentationContext(id: 1, abstractSyntax: "1.2", transferSyntaxes: ["1"])
            ])
        #expect(request.userInformation.maximumLength == nil)
    }

    @Test(
        "Items that are not valid are refused with the reason",
        arguments: [
            (request(applicationContext, applicationContext, context1), .itemRepeated(type: 0x10)),
            (request(applicationContext), .itemMissing(type: 0x20)),
            (request(context1, context1), .presentationContextIDRepeated(1)),
            (request(context2), .presentationContextIDNotAllowed(2)),
            (request([0x20, 0, 0, 4, 1, 0, 0, 0]), .itemMissing(type: 0x30)),
            (request([0x20, 0, 0, 2, 1, 0]), .itemTruncated(type: 0x20, expected: 3, remaining: 1)),
            (request([0x10, 0, 0, 9, 0x31]), .itemExceedsParent(type: 0x10, length: 9, remaining: 1)),
            (request(context1, [0x50]), .itemHeaderTruncated(remaining: 1)),
            (
                request(context1, [0x50, 0, 0, 6, 0x51, 0, 0, 2, 0, 0]),
                .itemTruncated(type: 0x51, expected: 4, remaining: 2)
            ),
            // PS3.7 §D.3.3: each sub-item of fixed structure, too short and too long
            (userInformation(0x53, [0, 1, 0]), .itemTruncated(type: 0x53, expected: 2, remaining: 1)),
            (userInformation(0x53, [0, 1, 0, 1, 0]), .itemTooLong(type: 0x53, surplus: 1)),
            (userInformation(0x54, [0, 3, 0x31]), .itemTruncated(type: 0x54, expected: 3, remaining: 1)),
            (userInformation(0x54, [0, 1, 0x31, 1]), .itemTruncated(type: 0x54, expected: 1, remaining: 0)),
            (userInformation(0x54, [0, 1, 0x31, 1, 1, 1]), .itemTooLong(type: 0x54, surplus: 1)),
            (userInformation(0x56, [0]), .itemTruncated(type: 0x56, expected: 2, remaining: 1)),
            (userInformation(0x57, [0, 1, 0x31]), .itemTruncated(type: 0x57, expected: 2, remaining: 0)),
            (
                userInformation(0x57, [0, 1, 0x31, 0, 1, 0x32, 0, 3, 0, 2, 0x33]),
                .itemTruncated(type: 0x57, expected: 2, remaining: 1)
            ),
            (userInformation(0x58, [2]), .itemTruncated(type: 0x58, expected: 1, remaining: 0)),
            (userInformation(0x58, [1, 0, 0, 5, 0x41]), .itemTruncated(type: 0x58, expected: 5, remaining: 1)),
            (userInformation(0x58, [1, 0, 0, 1, 0x41, 0, 0, 0]), .itemTooLong(type: 0x58, surplus: 1)),
        ] as [(ByteBuffer, PDUDecodingError)])
    func items(_ bytes: ByteBuffer, _ error: PDUDecodingError) {
        var buffer = bytes
        var decoder = PDUDecoder()
        #expect(throws: error) { try decoder.decode(buffer: &buffer) }
    }

    @Test("Items and PDVs are counted against their limits before they are kept")
    func counts() {
        var limits = AssociationLimits()
        limits.maximumItems = 3
        limits.maximumPresentationDataValues = 2
        var decoder = PDUDecoder(limits: limits)
        var fits = Self.request(Self.context1)
        #expect(throws: Never.self) { try decoder.decode(buffer: &fits) }
        var many = Self.request(Self.context1, Self.unknown)
        #expect(throws: PDUDecodingError.tooManyItems(maximum: 3)) { try decoder.decode(buffer: &many) }
        let value = Samples.value([])
        var data = Samples.encoded(Samples.data(value, value), Samples.data(value, value, value))
        decoder = PDUDecoder(limits: limits)
        #expect(throws: Never.self) { try decoder.decode(buffer: &data) }
        #expect(throws: PDUDecodingError.tooManyPresentationDataValues(maximum: 2)) {
            try decoder.decode(buffer: &data)
        }
    }

    @Test("Only a repeated item is an unexpected parameter; all other errors in parameters are invalid values")
    func reasons() {
        #expect(PDUDecodingError.itemRepeated(type: 0x10).abortReason == .unexpectedPDUParameter)
        #expect(PDUDecodingError.unrecognizedType(9).abortReason == .unrecognizedPDU)
        #expect(PDUDecodingError.itemMissing(type: 0x20).abortReason == .invalidPDUParameterValue)
    }

    @Test(
        "AE titles are compared without their padding and without anything after a NUL",
        arguments: ["CT1", "CT1             ", " CT1", "CT1\0\0", "CT1\0ROOM 2", "CT1 \0\u{1}\u{7F}"])
    func titles(_ field: String) {
        #expect(AETitle(field: field.utf8) == AETitle("CT1"))
        #expect(AETitle(field: field.utf8).field.count == 16)
        #expect(AETitle(field: "\0CT1".utf8).value == "")
    }
}
