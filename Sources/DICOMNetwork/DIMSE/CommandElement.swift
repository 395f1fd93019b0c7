// SPDX-License-Identifier: Apache-2.0

import DICOM

/// The element numbers of group 0000 that are used here. PS3.7 §E.1.
package enum CommandElement: UInt16, Hashable, Sendable {
    case groupLength = 0x0000
    case affectedSOPClassUID = 0x0002
    case requestedSOPClassUID = 0x0003
    case commandField = 0x0100
    case messageID = 0x0110
    case messageIDBeingRespondedTo = 0x0120
    case priority = 0x0700
    case commandDataSetType = 0x0800
    case status = 0x0900
    case errorComment = 0x0902
    case affectedSOPInstanceUID = 0x1000
    case requestedSOPInstanceUID = 0x1001
    case eventTypeID = 0x1002
    case actionTypeID = 0x1008
    case moveOriginatorApplicationEntityTitle = 0x1030
    case moveOriginatorMessageID = 0x1031

    package var tag: Tag { Tag(0x0000, rawValue) }

    /// PS3.7 Table E.1-1.
    private var name: String {
        switch self {
        case .groupLength: "Command Group Length"
        case .affectedSOPClassUID: "Affected SOP Class UID"
        case .requestedSOPClassUID: "Requested SOP Class UID"
        case .commandField: "Command Field"
        case .messageID: "Message ID"
        case .messageIDBeingRespondedTo: "Message ID Being Responded To"
        case .priority: "Priority"
        case .commandDataSetType: "Command Data Set Type"
        case .status: "Status"
        case .errorComment: "Error Comment"
        case .affectedSOPInstanceUID: "Affected SOP Instance UID"
        case .requestedSOPInstanceUID: "Requested SOP Instance UID"
        case .eventTypeID: "Event Type ID"
        case .actionTypeID: "Action Type ID"
        case .moveOriginatorApplicationEntityTitle: "Move Originator Application Entity Title"
        case .moveOriginatorMessageID: "Move Originator Message ID"
        }
    }
}

extension CommandElement: CustomStringConvertible {
    /// Tag and name, such as `(0000,0110) Message ID`.
    package var description: String { "\(tag) \(name)" }
}
