// SPDX-License-Identifier: Apache-2.0

import NIOCore

/// PS3.8 §9.3.2.3 and annex D; PS3.7 §D.3.3.
extension PDUEncoder {
    static func encode(_ information: UserInformation, into buffer: inout ByteBuffer) {
        writeItem(ItemType.userInformation, into: &buffer) { buffer in
            writeItem(ItemType.maximumLength, into: &buffer) { $0.writeInteger(information.maximumLength ?? 0) }
            if let uid = information.implementationClassUID {
                writeItem(ItemType.implementationClassUID, uid, into: &buffer)
            }
            if let window = information.asynchronousOperationsWindow {
                writeItem(ItemType.asynchronousOperationsWindow, into: &buffer) {
                    $0.writeMultipleIntegers(window.maximumOperationsInvoked, window.maximumOperationsPerformed)
                }
            }
            for role in information.roleSelections { encode(role, into: &buffer) }
            if let name = information.implementationVersionName {
                writeItem(ItemType.implementationVersionName, name, into: &buffer)
            }
            for negotiation in information.extendedNegotiations { encode(negotiation, into: &buffer) }
            for negotiation in information.commonExtendedNegotiations { encode(negotiation, into: &buffer) }
            if let identity = information.userIdentity { encode(identity, into: &buffer) }
            if let response = information.userIdentityServerResponse {
                writeItem(ItemType.userIdentityServerResponse, into: &buffer) { writeField(response, into: &$0) }
            }
        }
    }

    private static func encode(_ role: RoleSelection, into buffer: inout ByteBuffer) {
        writeItem(ItemType.roleSelection, into: &buffer) { buffer in
            writeField(role.sopClassUID.utf8, into: &buffer)
            buffer.writeMultipleIntegers(UInt8(role.isSCU ? 1 : 0), UInt8(role.isSCP ? 1 : 0))
        }
    }

    private static func encode(_ negotiation: SOPClassExtendedNegotiation, into buffer: inout ByteBuffer) {
        writeItem(ItemType.extendedNegotiation, into: &buffer) { buffer in
            writeField(negotiation.sopClassUID.utf8, into: &buffer)
            buffer.writeBytes(negotiation.serviceClassApplicationInformation)
        }
    }

    private static func encode(_ negotiation: SOPClassCommonExtendedNegotiation, into buffer: inout ByteBuffer) {
        writeItem(ItemType.commonExtendedNegotiation, into: &buffer) { buffer in
            writeField(negotiation.sopClassUID.utf8, into: &buffer)
            writeField(negotiation.serviceClassUID.utf8, into: &buffer)
            writeLengthPrefixed(as: UInt16.self, into: &buffer) { buffer in
                for uid in negotiation.relatedGeneralSOPClassUIDs { writeField(uid.utf8, into: &buffer) }
            }
        }
    }

    private static func encode(_ identity: UserIdentity, into buffer: inout ByteBuffer) {
        writeItem(ItemType.userIdentity, into: &buffer) { buffer in
            buffer.writeMultipleIntegers(identity.type, UInt8(identity.isPositiveResponseRequested ? 1 : 0))
            writeField(identity.primaryField, into: &buffer)
            writeField(identity.secondaryField, into: &buffer)
        }
    }

    /// Writes the 16-bit length, then the bytes.
    private static func writeField(_ bytes: some Collection<UInt8>, into buffer: inout ByteBuffer) {
        writeLengthPrefixed(as: UInt16.self, into: &buffer) { $0.writeBytes(bytes) }
    }
}
