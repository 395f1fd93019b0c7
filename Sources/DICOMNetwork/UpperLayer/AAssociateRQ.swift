// SPDX-License-Identifier: Apache-2.0

/// A-ASSOCIATE-RQ: who calls whom, and what it wants to send. PS3.8 §9.3.2.
package struct AAssociateRQ: Hashable, Sendable {
    /// PS3.7 §A.2.1: the only application context of DICOM.
    package static let dicomApplicationContextName = "1.2.840.10008.3.1.1.1"
    static let reservedLength = 32

    /// A field of bits; only bit 0 has a meaning. PS3.8 Table 9-11.
    package var protocolVersion: UInt16 = 1
    package var calledAETitle: AETitle
    package var callingAETitle: AETitle
    /// Bytes 43 to 74; the answer repeats them.
    package var reserved = [UInt8](repeating: 0, count: Self.reservedLength)
    /// `nil` if the item is missing.
    package var applicationContextName: String? = Self.dicomApplicationContextName
    package var presentationContexts: [ProposedPresentationContext]
    package var userInformation: UserInformation

    package init(
        calledAETitle: AETitle, callingAETitle: AETitle, presentationContexts: [ProposedPresentationContext],
        userInformation: UserInformation
    ) {
        self.calledAETitle = calledAETitle
        self.callingAETitle = callingAETitle
        self.presentationContexts = presentationContexts
        self.userInformation = userInformation
    }

    package var supportsProtocolVersion1: Bool { protocolVersion & 1 == 1 }
}
