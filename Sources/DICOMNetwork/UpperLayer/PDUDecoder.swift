// SPDX-License-Identifier: Apache-2.0

import NIOCore

/// Cuts the byte stream into PDUs and decodes them. PS3.8 §9.3.
///
/// It checks the type and the length as soon as they arrive, before it waits for the body. It does not wait for the end
/// of a P-DATA-TF: the bytes received so far become a `PDataTF` of their own. In it an incomplete PDV is a fragment
/// that is not the last one, as if the sender had cut it there. After an error the position in the stream is lost: the
/// same decoder must not be used again.
package struct PDUDecoder: NIOSingleStepByteToMessageDecoder {
    package typealias InboundOut = PDU

    static let headerLength = 6

    private let limits: AssociationLimits
    private var maximumDataPDULength: UInt32
    private var maximumAssociatePDULength: UInt32
    /// Long enough for usual PDUs, so that they are answered as PS3.8 Table 9-10 requires.
    private static let maximumUnusedLength: UInt32 = 4096
    /// The P-DATA-TF whose end was not received yet.
    private var dataTF: PDataTFReader?

    package init(limits: AssociationLimits = AssociationLimits()) {
        self.limits = limits
        maximumDataPDULength = limits.maximumDataPDULength
        maximumAssociatePDULength = limits.maximumAssociatePDULength
    }

    /// Whether a P-DATA-TF has begun and is not complete.
    package var isInsideDataTF: Bool { dataTF != nil }

    /// From now on a long A-ASSOCIATE PDU is an error before its body arrives: none of it would be used.
    package mutating func requestReceived() {
        maximumAssociatePDULength = min(maximumAssociatePDULength, Self.maximumUnusedLength)
    }

    /// Refuses every P-DATA-TF: none is allowed before the association is accepted.
    package mutating func refuseData() {
        maximumDataPDULength = 0
    }

    /// Accepts P-DATA-TF up to the limit, or up to the length announced to the peer if that is higher.
    package mutating func allowData(announced length: UInt32) {
        maximumDataPDULength = max(limits.maximumDataPDULength, length)
    }

    /// Whether the buffer begins with a complete PDU.
    func holdsWholePDU(_ buffer: ByteBuffer) -> Bool {
        guard dataTF == nil, let length = buffer.getInteger(at: buffer.readerIndex + 2, as: UInt32.self) else {
            return false
        }
        return buffer.readableBytes >= Self.headerLength + Int(length)
    }

    package mutating func decode(buffer: inout ByteBuffer) throws(PDUDecodingError) -> PDU? {
        if dataTF != nil { return try continueDataTF(from: &buffer) }
        guard let typeByte = buffer.getInteger(at: buffer.readerIndex, as: UInt8.self) else { return nil }
        guard let type = PDUType(rawValue: typeByte) else { throw .unrecognizedType(typeByte) }
        guard let length = buffer.getInteger(at: buffer.readerIndex + 2, as: UInt32.self) else { return nil }
        try check(length, of: type)
        if type == .dataTF {
            buffer.moveReaderIndex(forwardBy: Self.headerLength)
            dataTF = PDataTFReader(length: Int(length), maximumValues: limits.maximumPresentationDataValues)
            return try continueDataTF(from: &buffer)
        }
        guard buffer.readableBytes >= Self.headerLength + Int(length) else { return nil }
        buffer.moveReaderIndex(forwardBy: Self.headerLength)
        guard var body = buffer.readSlice(length: Int(length)) else { return nil }
        return try decodeBody(&body, of: type)
    }

    package mutating func decodeLast(buffer: inout ByteBuffer, seenEOF: Bool) throws(PDUDecodingError) -> PDU? {
        try decode(buffer: &buffer)
    }

    private mutating func continueDataTF(from buffer: inout ByteBuffer) throws(PDUDecodingError) -> PDU? {
        guard let values = try dataTF?.read(from: &buffer) else { return nil }
        if dataTF?.isAtEnd == true { dataTF = nil }
        return values.isEmpty ? nil : .dataTF(PDataTF(values: values))
    }

    private func check(_ length: UInt32, of type: PDUType) throws(PDUDecodingError) {
        let maximum: UInt32
        switch type {
        case .associateRQ, .associateAC: maximum = maximumAssociatePDULength
        case .dataTF: maximum = maximumDataPDULength
        case .associateRJ, .releaseRQ, .releaseRP, .abort:
            guard length == 4 else { throw .lengthNotAllowed(type: type, length: length, expected: 4) }
            return
        }
        guard length <= maximum else { throw .lengthExceedsMaximum(type: type, length: length, maximum: maximum) }
        guard type != .dataTF || length > 0 else { throw .presentationDataValueMissing }
    }

    private func decodeBody(_ body: inout ByteBuffer, of type: PDUType) throws(PDUDecodingError) -> PDU? {
        switch type {
        case .associateRQ: .associateRQ(try AAssociateRQ(decoding: &body, limits: limits))
        case .associateAC: .associateAC(try AAssociateAC(decoding: &body, limits: limits))
        case .associateRJ: .associateRJ(try AAssociateRJ(decoding: &body))
        case .dataTF: nil  // decoded by `continueDataTF`
        case .releaseRQ: .releaseRQ
        case .releaseRP: .releaseRP
        case .abort: .abort(try AAbort(decoding: &body))
        }
    }
}

extension AAssociateRJ {
    /// PS3.8 Table 9-21: bytes 8 to 10.
    init(decoding body: inout ByteBuffer) throws(PDUDecodingError) {
        guard let (_, result, source, reason) = body.readMultipleIntegers(as: (UInt8, UInt8, UInt8, UInt8).self) else {
            throw .bodyTooShort(type: .associateRJ, length: body.readableBytes, minimum: 4)
        }
        guard let result = Result(rawValue: result) else {
            throw .valueNotAllowed(type: .associateRJ, field: "Result", value: result)
        }
        guard let source = Source(rawValue: source) else {
            throw .valueNotAllowed(type: .associateRJ, field: "Source", value: source)
        }
        self.init(result: result, source: source, reason: reason)
    }
}

extension AAbort {
    /// PS3.8 Table 9-26: bytes 9 and 10.
    init(decoding body: inout ByteBuffer) throws(PDUDecodingError) {
        guard let (_, _, source, reason) = body.readMultipleIntegers(as: (UInt8, UInt8, UInt8, UInt8).self) else {
            throw .bodyTooShort(type: .abort, length: body.readableBytes, minimum: 4)
        }
        self.init(source: source, reason: reason)
    }
}
