// SPDX-License-Identifier: Apache-2.0

import DICOMNetwork
import NIOCore
import Testing

@Suite("Length of a PDU")
struct PDULengthTests {
    @Test("A PDU of exactly the maximum length is accepted, and a longer one is refused")
    func maximum() throws {
        let request = Samples.encoded(.associateRQ(Samples.request))
        let length = UInt32(request.readableBytes - 6)
        var limits = AssociationLimits()
        limits.maximumAssociatePDULength = length
        var decoder = PDUDecoder(limits: limits)
        var bytes = request
        #expect(try decoder.decode(buffer: &bytes) == .associateRQ(Samples.request))
        limits.maximumAssociatePDULength = length - 1
        decoder = PDUDecoder(limits: limits)
        bytes = request
        #expect(
            throws: PDUDecodingError.lengthExceedsMaximum(type: .associateRQ, length: length, maximum: length - 1)
        ) {
            try decoder.decode(buffer: &bytes)
        }
    }
}
