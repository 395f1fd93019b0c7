// SPDX-License-Identifier: Apache-2.0

import NIOCore

/// Writes PDUs. PS3.8 §9.3.
package enum PDUEncoder {
    package static func encode(_ pdu: PDU, into buffer: inout ByteBuffer) {
        buffer.writeInteger(pdu.type.rawValue)
        buffer.writeInteger(UInt8(0))
        writeLengthPrefixed(as: UInt32.self, into: &buffer) { buffer in
            switch pdu {
            case .associateRQ(let request): encode(request, into: &buffer)
            case .associateAC(let accept): encode(accept, into: &buffer)
            case .associateRJ(let reject):
                buffer.writeMultipleIntegers(
                    UInt8(0), reject.result.rawValue, reject.source.rawValue, reject.reason)
            case .dataTF(let data): encode(data, into: &buffer)
            case .releaseRQ, .releaseRP: buffer.writeInteger(UInt32(0))
            case .abort(let abort): buffer.writeMultipleIntegers(UInt8(0), UInt8(0), abort.source, abort.reason)
            }
        }
    }

    private static func encode(_ request: AAssociateRQ, into buffer: inout ByteBuffer) {
        buffer.writeMultipleIntegers(request.protocolVersion, UInt16(0))
        buffer.writeBytes(request.calledAETitle.field)
        buffer.writeBytes(request.callingAETitle.field)
        buffer.writeBytes(request.reserved)
        if let name = request.applicationContextName {
            writeItem(ItemType.applicationContext, name, into: &buffer)
        }
        for context in request.presentationContexts {
            writeItem(ItemType.proposedPresentationContext, into: &buffer) { buffer in
                buffer.writeMultipleIntegers(context.id, UInt8(0), UInt8(0), UInt8(0))
                writeItem(ItemType.abstractSyntax, context.abstractSyntax, into: &buffer)
                for syntax in context.transferSyntaxes {
                    writeItem(ItemType.transferSyntax, syntax, into: &buffer)
                }
            }
        }
        encode(request.userInformation, into: &buffer)
    }

    private static func encode(_ accept: AAssociateAC, into buffer: inout ByteBuffer) {
        buffer.writeMultipleIntegers(accept.protocolVersion, UInt16(0))
        buffer.writeBytes(accept.calledAETitle.field)
        buffer.writeBytes(accept.callingAETitle.field)
        buffer.writeBytes(accept.reserved)
        if let name = accept.applicationContextName {
            writeItem(ItemType.applicationContext, name, into: &buffer)
        }
        for context in accept.presentationContexts {
            writeItem(ItemType.presentationContextAnswer, into: &buffer) { buffer in
                buffer.writeMultipleIntegers(context.id, UInt8(0), context.result.rawValue, UInt8(0))
                writeItem(ItemType.transferSyntax, context.transferSyntax, into: &buffer)
            }
        }
        encode(accept.userInformation, into: &buffer)
    }

    private static func encode(_ data: PDataTF, into buffer: inout ByteBuffer) {
        for value in data.values {
            writeLengthPrefixed(as: UInt32.self, into: &buffer) { buffer in
                let control: UInt8 = (value.isCommand ? 1 : 0) | (value.isLast ? 2 : 0)
                buffer.writeMultipleIntegers(value.contextID, control)
                buffer.writeImmutableBuffer(value.fragment)
            }
        }
    }

    static func writeItem(_ type: UInt8, _ text: String, into buffer: inout ByteBuffer) {
        writeItem(type, into: &buffer) { $0.writeString(text) }
    }

    static func writeItem(_ type: UInt8, into buffer: inout ByteBuffer, _ body: (inout ByteBuffer) -> Void) {
        buffer.writeMultipleIntegers(type, UInt8(0))
        writeLengthPrefixed(as: UInt16.self, into: &buffer, body)
    }

    /// The length always fits. The only texts of the peer that we repeat are the UIDs of accepted contexts: at most 128
    /// in each of three lists, of at most 64 bytes each. The response to a user identity is bounded where it is set.
    static func writeLengthPrefixed<Length: FixedWidthInteger>(
        as: Length.Type, into buffer: inout ByteBuffer, _ body: (inout ByteBuffer) -> Void
    ) {
        let index = buffer.writerIndex
        buffer.writeInteger(Length(0))
        let start = buffer.writerIndex
        body(&buffer)
        buffer.setInteger(Length(buffer.writerIndex - start), at: index)
    }
}
