// SPDX-License-Identifier: Apache-2.0

import DICOM
import DICOMNetwork
import NIOCore
import Testing

/// Fields of the PDUs that an acceptor sends and a requestor reads.
@Suite("Fields of an acceptor's answer")
struct AnswerFieldTests {
    @Test("The answer to a user identity is read as it was written")
    func userIdentityServerResponse() throws {
        var accept = PDUCodecTests.accept
        accept.userInformation.userIdentityServerResponse = [1, 2, 3]
        var bytes = Samples.encoded(.associateAC(accept))
        var decoder = PDUDecoder()
        #expect(try decoder.decode(buffer: &bytes) == .associateAC(accept))
    }

    @Test(
        "An A-ASSOCIATE-RJ with a result or a source that PS3.8 does not define is refused",
        arguments: [
            ([3, 1, 1], "Result", 3), ([0, 1, 1], "Result", 0), ([1, 4, 1], "Source", 4), ([2, 0, 1], "Source", 0),
        ] as [([UInt8], String, UInt8)])
    func rejection(fields: [UInt8], name: String, value: UInt8) {
        var bytes = ByteBuffer(bytes: [3, 0, 0, 0, 0, 4, 0] + fields)
        var decoder = PDUDecoder()
        #expect(throws: PDUDecodingError.valueNotAllowed(type: .associateRJ, field: name, value: value)) {
            try decoder.decode(buffer: &bytes)
        }
    }
}
