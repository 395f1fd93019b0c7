// SPDX-License-Identifier: Apache-2.0

import DICOM
import DICOMNetwork
import Testing

/// PS3.7 §D.3.3: our answers to the sub-items of the user information.
@Suite("User information")
struct NegotiationTests {
    static func answer(_ change: (inout UserInformation) -> Void, under policy: AcceptancePolicy = MemoryService.policy)
        -> NegotiatedAssociation
    {
        var request = Samples.request
        change(&request.userInformation)
        return policy.negotiate(request)
    }

    @Test("Without a window in the request the answer has none either, and operations run one at a time")
    func noWindow() {
        let negotiated = Self.answer { _ in }
        #expect(negotiated.maximumOperations == 1)
        #expect(negotiated.answer.userInformation.asynchronousOperationsWindow == nil)
    }

    @Test(
        "The smaller window applies; if the peer allows any number, ours applies",
        arguments: [(1, 1), (4, 4), (16, 16), (17, 16), (0, 16), (65535, 16)] as [(UInt16, UInt16)])
    func window(_ proposed: UInt16, _ agreed: UInt16) {
        let negotiated = Self.answer {
            $0.asynchronousOperationsWindow = AsynchronousOperationsWindow(
                maximumOperationsInvoked: proposed, maximumOperationsPerformed: 5)
        }
        #expect(negotiated.maximumOperations == Int(agreed))
        #expect(
            negotiated.answer.userInformation.asynchronousOperationsWindow
                == AsynchronousOperationsWindow(maximumOperationsInvoked: agreed, maximumOperationsPerformed: 1))
    }

    @Test("The role of SCP is never granted, the first item for a SOP class counts, and refused classes are left out")
    func roles() {
        let negotiated = Self.answer {
            $0.roleSelections = [
                RoleSelection(sopClassUID: SOPClass.ctImageStorage, isSCU: true, isSCP: true),
                RoleSelection(sopClassUID: SOPClass.ctImageStorage, isSCU: false, isSCP: true),
                RoleSelection(sopClassUID: "9.9", isSCU: true, isSCP: true),
            ]
        }
        #expect(
            negotiated.answer.userInformation.roleSelections == [
                RoleSelection(sopClassUID: SOPClass.ctImageStorage, isSCU: true, isSCP: false)
            ])
    }

    @Test("A SOP class for which the requestor wants only the role of SCP is refused")
    func providerOnly() {
        let negotiated = Self.answer {
            $0.roleSelections = [RoleSelection(sopClassUID: SOPClass.ctImageStorage, isSCU: false, isSCP: true)]
        }
        #expect(
            negotiated.answer.presentationContexts.map(\.result)
                == [.acceptance, .userRejection, .abstractSyntaxNotSupported])
        #expect(negotiated.answer.userInformation.roleSelections.isEmpty)
    }

    @Test("Extended negotiation of a storage class is answered once: level 2, signatures kept, no coercion")
    func extended() {
        let proposed = SOPClassExtendedNegotiation(
            sopClassUID: SOPClass.ctImageStorage, serviceClassApplicationInformation: [3, 0, 0, 0, 2, 0])
        let verification = SOPClassExtendedNegotiation(
            sopClassUID: SOPClass.verification, serviceClassApplicationInformation: [])
        let negotiated = Self.answer { $0.extendedNegotiations = [proposed, proposed, verification] }
        #expect(
            negotiated.answer.userInformation.extendedNegotiations == [
                SOPClassExtendedNegotiation(
                    sopClassUID: SOPClass.ctImageStorage, serviceClassApplicationInformation: [2, 0, 3, 0, 0, 0])
            ])
    }

    @Test("Common extended negotiation is read and never returned")
    func commonExtended() {
        let negotiated = Self.answer {
            $0.commonExtendedNegotiations = [
                SOPClassCommonExtendedNegotiation(
                    sopClassUID: "1.2.3", serviceClassUID: "1.2.840.10008.4.2",
                    relatedGeneralSOPClassUIDs: [SOPClass.ctImageStorage])
            ]
        }
        #expect(negotiated.answer.userInformation.commonExtendedNegotiations.isEmpty)
    }

    @Test("The application's response to a user identity goes into the answer")
    func userIdentity() {
        var policy = MemoryService.policy
        policy.userIdentityServerResponse = [1, 2]
        #expect(Self.answer({ _ in }, under: policy).answer.userInformation.userIdentityServerResponse == [1, 2])
    }

    @Test("A printed user identity contains neither name nor secret")
    func userIdentityIsPrivate() {
        let identity = UserIdentity(
            type: 2, isPositiveResponseRequested: true, primaryField: Array("NAME".utf8),
            secondaryField: Array("SECRET".utf8))
        var dumped = ""
        dump(identity, to: &dumped)
        for text in ["\(identity)", String(reflecting: identity), dumped] {
            #expect(!text.contains("78") && !text.contains("NAME") && !text.contains("83"))
        }
    }
}
