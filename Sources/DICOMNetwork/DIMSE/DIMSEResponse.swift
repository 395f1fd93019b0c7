// SPDX-License-Identifier: Apache-2.0

/// A response that is ready to be sent. Our responses never have a data set.
package struct DIMSEResponse: Hashable, Sendable {
    package let presentationContextID: UInt8
    package let commandSet: CommandSet

    /// The status, if this answers a C-STORE-RQ.
    package let storeStatus: DIMSEStatus?
    /// Whether this answers an N-ACTION-RQ with success.
    package private(set) var isActionTaken = false

    package init(_ response: CStoreResponse, on contextID: UInt8) {
        presentationContextID = contextID
        commandSet = response.commandSet()
        storeStatus = response.status
    }

    package init(_ response: CEchoResponse, on contextID: UInt8) {
        presentationContextID = contextID
        commandSet = response.commandSet()
        storeStatus = nil
    }

    package init(_ response: NActionResponse, on contextID: UInt8) {
        presentationContextID = contextID
        commandSet = response.commandSet()
        storeStatus = nil
        isActionTaken = response.status == .success
    }

    /// The refusal of a request that is unknown or not valid. It repeats the UIDs of the request, if it has them.
    ///
    /// PS3.7 annex C.
    package init(
        refusing request: CommandSet, on contextID: UInt8, for refusal: RequestRefusal
    ) throws(CommandSetError) {
        var command = CommandSet()
        command.set(.commandField, refusal.commandField.response.rawValue)
        command.set(.messageIDBeingRespondedTo, try request.uint16(.messageID))
        command.set(.commandDataSetType, CommandSet.noDataSet)
        command.set(.status, refusal.status.rawValue)
        command.copy(.affectedSOPClassUID, from: request)
        command.copy(.affectedSOPInstanceUID, from: request)
        command.copy(.requestedSOPClassUID, from: request, as: .affectedSOPClassUID)
        command.copy(.requestedSOPInstanceUID, from: request, as: .affectedSOPInstanceUID)
        command.setErrorComment(refusal.errorComment)
        presentationContextID = contextID
        commandSet = command
        storeStatus = refusal.commandField == .cStoreRQ ? refusal.status : nil
    }
}
