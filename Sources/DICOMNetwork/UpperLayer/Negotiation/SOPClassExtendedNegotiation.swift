/// What a requestor and an acceptor tell each other about a SOP class, in a form that its service defines.
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
    /// What a provider that stores every byte as it came says of itself. PS3.4 §B.3.1.
    static func storageProvider(of sopClassUID: String) -> SOPClassExtendedNegotiation {
        SOPClassExtendedNegotiation(
            sopClassUID: sopClassUID,
            // Level 2 of storage, a reserved byte, level 3 of digital signatures, a reserved byte, no coercion of
            // elements, a reserved byte.
            serviceClassApplicationInformation: [2, 0, 3, 0, 0, 0])
    }
}
