// SPDX-License-Identifier: Apache-2.0

import DICOM

/// A request that is answered with a failure because of its command, whatever its data set contains.
package struct RequestRefusal: Hashable, Sendable {
    package let commandField: CommandField
    package let status: DIMSEStatus
    /// For the log.
    package let reason: String
    /// For the peer.
    package let errorComment: String
    /// `nil` if the request has no valid one.
    package let affectedSOPClassUID: UID?
    package let affectedSOPInstanceUID: UID?

    package init(
        of command: CommandSet, as field: CommandField, status: DIMSEStatus, reason: String, errorComment: String? = nil
    ) {
        commandField = field
        self.status = status
        self.reason = reason
        self.errorComment = errorComment ?? reason
        affectedSOPClassUID = (try? command.uid(.affectedSOPClassUID)) ?? (try? command.uid(.requestedSOPClassUID))
        affectedSOPInstanceUID =
            (try? command.uid(.affectedSOPInstanceUID)) ?? (try? command.uid(.requestedSOPInstanceUID))
    }

    package init(of request: OperationRequest, status: DIMSEStatus, reason: String) {
        self.status = status
        self.reason = reason
        errorComment = reason
        switch request {
        case .store(let request):
            commandField = .cStoreRQ
            affectedSOPClassUID = request.affectedSOPClassUID
            affectedSOPInstanceUID = request.affectedSOPInstanceUID
        case .action(let request):
            commandField = .nActionRQ
            affectedSOPClassUID = request.requestedSOPClassUID
            affectedSOPInstanceUID = request.requestedSOPInstanceUID
        }
    }
}
