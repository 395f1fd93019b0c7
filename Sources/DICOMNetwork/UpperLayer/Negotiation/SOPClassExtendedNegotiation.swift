// SPDX-License-Identifier: Apache-2.0

/// What a requestor and an acceptor tell each other about a SOP class, in a form that the class's service defines.
///
/// PS3.7 §D.3.3.5.
package struct SOPClassExtendedNegotiation: Hashable, Sendable {
    package var sopClassUID: String
    package var serviceClassApplicationInformation: [UInt8]

    package init(sopClassUID: String, serviceClassApplicationInformation: [UInt8]) {
        self.sopClassUID = sopClassUID
        self.serviceClassApplicationInformation = serviceClassApplicationInformation
    }
}

extension SOPClassExtendedNegotiation {
    /// How a provider that stores every byte as received describes itself. PS3.4 §B.3.1.
    static func storageProvider(of sopClassUID: String) -> SOPClassExtendedNegotiation {
        SOPClassExtendedNegotiation(
            sopClassUID: sopClassUID,
            // Storage level 2, reserved, digital signature level 3, reserved, no coercion of elements, reserved.
            serviceClassApplicationInformation: [2, 0, 3, 0, 0, 0])
    }
}
