// SPDX-License-Identifier: Apache-2.0

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
}
