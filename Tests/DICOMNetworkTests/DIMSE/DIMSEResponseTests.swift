// SPDX-License-Identifier: Apache-2.0

import DICOM
import DICOMNetwork
import Testing

@Suite("DIMSE responses")
struct DIMSEResponseTests {
    @Test(
        "Only the refusal of a C-STORE-RQ counts as the status of an instance",
        arguments: [(CommandField.cStoreRQ, true), (.cEchoRQ, false)])
    func refusal(_ field: CommandField, _ isCounted: Bool) throws {
        let request = CEchoRequest(messageID: 7).commandSet()
        let refusal = RequestRefusal(of: request, as: field, status: .outOfResources, reason: "no memory")
        let response = try DIMSEResponse(refusing: request, on: 1, for: refusal)
        #expect(response.storeStatus == (isCounted ? .outOfResources : nil))
    }

    @Test("The refusal of an N-ACTION-RQ names as affected what was requested")
    func affected() throws {
        let request = try Samples.actionCommand()
        let refusal = RequestRefusal(of: request, as: .nActionRQ, status: .noSuchAction, reason: "?")
        let response = try DIMSEResponse(refusing: request, on: 7, for: refusal).commandSet
        #expect(try response.uint16(.commandField) == 0x8130)
        #expect(try response.uint16(.messageIDBeingRespondedTo) == 9)
        #expect(try response.uint16(.status) == 0x0123)
        #expect(try response.uid(.affectedSOPClassUID).value == SOPClass.storageCommitmentPushModel)
        #expect(try response.uid(.affectedSOPInstanceUID).value == SOPClass.storageCommitmentPushModelInstance)
        #expect(!response.contains(.requestedSOPClassUID))
        #expect(refusal.affectedSOPClassUID?.value == SOPClass.storageCommitmentPushModel)
    }
}
