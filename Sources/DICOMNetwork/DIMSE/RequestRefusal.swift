import DICOM

/// A request that is answered with a failure for what its command says, whatever its data set holds.
package struct RequestRefusal: Hashable, Sendable {
    package let commandField: CommandField
    package let status: DIMSEStatus
    /// What the Error Comment says.
    package let reason: String
    /// Nil where the request has none that is valid.
    package let affectedSOPClassUID: UID?
    package let affectedSOPInstanceUID: UID?

    package init(of command: CommandSet, as field: CommandField, status: DIMSEStatus, reason: String) {
        commandField = field
        self.status = status
        self.reason = reason
        affectedSOPClassUID = try? command.uid(.affectedSOPClassUID)
        affectedSOPInstanceUID = try? command.uid(.affectedSOPInstanceUID)
    }

    package init(of request: CStoreRequest, status: DIMSEStatus, reason: String) {
        commandField = .cStoreRQ
        self.status = status
        self.reason = reason
        affectedSOPClassUID = request.affectedSOPClassUID
        affectedSOPInstanceUID = request.affectedSOPInstanceUID
    }
}
