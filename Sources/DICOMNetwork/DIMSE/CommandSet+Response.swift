// SPDX-License-Identifier: Apache-2.0

import DICOM

extension CommandSet {
    /// A response about an instance, without a data set. It has the error comment unless the status is success. PS3.7
    /// §9.3.1.2 and §10.3.4.2; PS3.4 Table B.2-1.
    init(
        _ field: CommandField, to messageID: UInt16, affectedSOPClassUID: UID, affectedSOPInstanceUID: UID,
        status: DIMSEStatus, errorComment: String?
    ) {
        self.init()
        set(.affectedSOPClassUID, uid: affectedSOPClassUID.value)
        set(.commandField, field.rawValue)
        set(.messageIDBeingRespondedTo, messageID)
        set(.commandDataSetType, CommandSet.noDataSet)
        set(.status, status.rawValue)
        set(.affectedSOPInstanceUID, uid: affectedSOPInstanceUID.value)
        if let errorComment, status != .success { setErrorComment(errorComment) }
    }
}
