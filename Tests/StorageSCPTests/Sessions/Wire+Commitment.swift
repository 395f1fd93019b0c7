// SPDX-License-Identifier: Apache-2.0

/// Requests for storage commitment. PS3.4 Table J.3-1, PS3.7 §10.3.4.1.
extension Wire {
    static let commitment = "1.2.840.10008.1.20.1"
    static let commitmentInstance = "1.2.840.10008.1.20.1.1"
    static let commitmentContext: UInt8 = 7
    /// The same class, in Implicit VR.
    static let implicitCommitmentContext: UInt8 = 9

    static let commitmentRequest = request(
        applicationContext,
        contexts + context(commitmentContext, commitment, explicit)
            + context(implicitCommitmentContext, commitment, implicit), userInformation)

    static let requestedClass = element(0x0003, uid(commitment))
    static let requestedInstance = element(0x1001, uid(commitmentInstance))
    static let actionType = element(0x1008, little16(1))

    /// An N-ACTION-RQ of these parts.
    static func action(
        sopClass: [UInt8] = requestedClass, messageID: [UInt8] = messageID, follows: [UInt8] = dataSetFollows,
        instance: [UInt8] = requestedInstance, type: [UInt8] = actionType
    ) -> [UInt8] {
        command(sopClass, field(0x0130), messageID, follows, instance, type)
    }

    // MARK: Data sets

    static let undefined = 0xFFFF_FFFF
    static let itemEnd = little16(0xFFFE) + little16(0xE00D) + little32(0)
    static let sequenceEnd = little16(0xFFFE) + little16(0xE0DD) + little32(0)

    static func sequenceItem(_ value: [UInt8], length: Int? = nil) -> [UInt8] {
        little16(0xFFFE) + little16(0xE000) + little32(length ?? value.count) + value
    }

    static func openItem(_ value: [UInt8]) -> [UInt8] { sequenceItem(value, length: undefined) + itemEnd }

    static func sequence(_ items: [UInt8], element: Int = 0x1199, vr: String = "SQ", length: Int? = nil) -> [UInt8] {
        little16(8) + little16(element) + Array(vr.utf8) + [0, 0] + little32(length ?? items.count) + items
    }

    static func openSequence(_ items: [UInt8], element: Int = 0x1199) -> [UInt8] {
        sequence(items, element: element, length: undefined) + sequenceEnd
    }

    static func transaction(_ text: String = "2.25.77") -> [UInt8] { explicitElement(8, 0x1195, "UI", uid(text)) }

    static func referencedClass(_ text: String = ct) -> [UInt8] { explicitElement(8, 0x1150, "UI", uid(text)) }

    static func referencedInstance(_ text: String) -> [UInt8] { explicitElement(8, 0x1155, "UI", uid(text)) }

    static func reference(_ instance: String, sopClass: String = ct) -> [UInt8] {
        referencedClass(sopClass) + referencedInstance(instance)
    }

    static func implicitElement(_ group: Int, _ element: Int, _ value: [UInt8], length: Int? = nil) -> [UInt8] {
        little16(group) + little16(element) + little32(length ?? value.count) + value
    }

    static func implicitReference(_ instance: String) -> [UInt8] {
        implicitElement(8, 0x1150, uid(ct)) + implicitElement(8, 0x1155, uid(instance))
    }
}
