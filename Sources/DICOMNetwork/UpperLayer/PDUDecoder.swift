import NIOCore

/// Cuts the byte stream into PDUs and reads them.
///
/// The first byte is judged when it comes and the length as soon as it is there, both before the body is waited for. A
/// P-DATA-TF is not waited for at all: what came of it is given on as a `PDataTF` of its own, in which a PDV that is not
/// whole stands as a fragment that is not the last one, as a sender might have cut it.
/// After an error the position in the stream is lost: the same decoder must not be asked again. PS3.8 §9.3.
package struct PDUDecoder: NIOSingleStepByteToMessageDecoder {
    package typealias InboundOut = PDU

    static let headerLength = 6

    private let limits: AssociationLimits
    private var maximumDataPDULength: UInt32
    private var maximumAssociatePDULength: UInt32
    /// As long as usual ones, so that these are answered as PS3.8 Table 9-10 has it.
    private static let maximumUnusedLength: UInt32 = 4096
    /// The P-DATA-TF whose end has not come.
    private var dataTF: PDataTFReader?

    package init(limits: AssociationLimits = AssociationLimits()) {
        self.limits = limits
        maximumDataPDULength = limits.maximumDataPDULength
        maximumAssociatePDULength = limits.maximumAssociatePDULength
    }

    /// Whether a P-DATA-TF has begun and is not whole.
    package var isInsideDataTF: Bool { dataTF != nil }

    /// An A-ASSOCIATE PDU that is too many is not waited for, unless it is short: nothing of it would be used.
    package mutating func requestReceived() {
        maximumAssociatePDULength = min(maximumAssociatePDULength, Self.maximumUnusedLength)
    }

    /// Lets no P-DATA-TF be taken: before there is an association nothing may come in one.
    package mutating func refuseData() {
        maximumDataPDULength = 0
    }

    /// Lets P-DATA-TF be as long as the limits say, and at least as long as was announced to the peer.
    package mutating func allowData(announced length: UInt32) {
        maximumDataPDULength = max(limits.maximumDataPDULength, length)
    }

    /// Whether a PDU begins here that `decode` would read whole.
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
        case .dataTF: nil  // read as it comes
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
