// SPDX-License-Identifier: Apache-2.0

import NIOCore

/// Reads the PDVs of one P-DATA-TF as they arrive. Fragments are slices that share the buffer's storage. PS3.8
/// §9.3.5.1.
struct PDataTFReader: Sendable {
    private static let itemLength = 4

    private struct Value {
        let contextID: UInt8
        let isCommand: Bool
        let isLast: Bool
        /// Bytes of the current fragment not yet received.
        var remaining: Int
    }

    /// Bytes of the PDU not yet received.
    private var remaining: Int
    private var value: Value?
    private var count = 0
    private let maximumValues: Int

    init(length: Int, maximumValues: Int) {
        remaining = length
        self.maximumValues = maximumValues
    }

    var isAtEnd: Bool { remaining == 0 && value == nil }

    /// The PDVs received, complete or in part. A part is never empty.
    mutating func read(from buffer: inout ByteBuffer) throws(PDUDecodingError) -> [PresentationDataValue] {
        var values: [PresentationDataValue] = []
        while var current = try nextValue(in: &buffer) {
            let length = min(current.remaining, buffer.readableBytes)
            value = current
            guard length > 0 || current.remaining == 0, let fragment = buffer.readSlice(length: length) else { break }
            current.remaining -= length
            remaining -= length
            let isWhole = current.remaining == 0
            value = isWhole ? nil : current
            values.append(
                PresentationDataValue(
                    contextID: current.contextID, isCommand: current.isCommand, isLast: isWhole && current.isLast,
                    fragment: fragment))
        }
        return values
    }

    /// The PDV received in part, or the next one. `nil` if its header is incomplete or the PDU ends here.
    private mutating func nextValue(in buffer: inout ByteBuffer) throws(PDUDecodingError) -> Value? {
        if let value { return value }
        guard remaining > 0 else { return nil }
        guard count < maximumValues else { throw .tooManyPresentationDataValues(maximum: maximumValues) }
        guard remaining >= Self.itemLength else {
            throw .presentationDataValueExceedsPDU(length: 0, remaining: remaining)
        }
        guard let length = buffer.getInteger(at: buffer.readerIndex, as: UInt32.self) else { return nil }
        guard length >= PresentationDataValue.headerLength else { throw .presentationDataValueTooShort(length: length) }
        guard Int(length) <= remaining - Self.itemLength else {
            throw .presentationDataValueExceedsPDU(length: length, remaining: remaining - Self.itemLength)
        }
        guard let (_, contextID, control) = buffer.readMultipleIntegers(as: (UInt32, UInt8, UInt8).self) else {
            return nil
        }
        count += 1
        remaining -= Self.itemLength + PresentationDataValue.headerLength
        // PS3.8 §E.2: bits 2 to 7 are not to be tested.
        return Value(
            contextID: contextID, isCommand: control & 1 == 1, isLast: control & 2 == 2,
            remaining: Int(length) - PresentationDataValue.headerLength)
    }
}
