/// The element numbers of group 0000 that are used here. PS3.7 §E.1.
package enum CommandElement: UInt16, Hashable, Sendable {
    case groupLength = 0x0000
    case affectedSOPClassUID = 0x0002
    case commandField = 0x0100
    case messageID = 0x0110
    case messageIDBeingRespondedTo = 0x0120
    case priority = 0x0700
    case commandDataSetType = 0x0800
    case status = 0x0900
    case errorComment = 0x0902
    case affectedSOPInstanceUID = 0x1000
    case moveOriginatorApplicationEntityTitle = 0x1030
    case moveOriginatorMessageID = 0x1031
}
