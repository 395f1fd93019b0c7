// SPDX-License-Identifier: Apache-2.0

/// A-ASSOCIATE-AC: which of the proposed presentation contexts are accepted. PS3.8 §9.3.3.
package struct AAssociateAC: Hashable, Sendable {
    package var protocolVersion: UInt16 = 1
    /// The titles and the reserved bytes repeat those of the request; the receiver must not test them.
    package var calledAETitle: AETitle
    package var callingAETitle: AETitle
    package var reserved: [UInt8]
    package var applicationContextName: String? = AAssociateRQ.dicomApplicationContextName
    package var presentationContexts: [PresentationContextAnswer]
    package var userInformation: UserInformation

    package init(
        answering request: AAssociateRQ, presentationContexts: [PresentationContextAnswer],
        userInformation: UserInformation
    ) {
        self.init(
            calledAETitle: request.calledAETitle, callingAETitle: request.callingAETitle, reserved: request.reserved,
            presentationContexts: presentationContexts, userInformation: userInformation)
    }

    package init(
        calledAETitle: AETitle, callingAETitle: AETitle, reserved: [UInt8],
        presentationContexts: [PresentationContextAnswer], userInformation: UserInformation
    ) {
        self.calledAETitle = calledAETitle
        self.callingAETitle = callingAETitle
        self.reserved = reserved
        self.presentationContexts = presentationContexts
        self.userInformation = userInformation
    }
}
