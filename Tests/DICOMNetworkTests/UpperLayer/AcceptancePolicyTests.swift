// SPDX-License-Identifier: Apache-2.0

import DICOM
import DICOMNetwork
import Testing

@Suite("Presentation contexts")
struct AcceptancePolicyTests {
    static func answer(
        _ abstractSyntax: String, _ transferSyntaxes: [String], preference: TransferSyntaxPreference = .lossless
    ) -> PresentationContextAnswer? {
        var policy = MemoryService.policy
        policy.transferSyntaxPreference = preference
        var request = Samples.request
        request.presentationContexts = [
            ProposedPresentationContext(id: 9, abstractSyntax: abstractSyntax, transferSyntaxes: transferSyntaxes)
        ]
        return policy.negotiate(request).answer.presentationContexts.first
    }

    @Test("Each presentation context is answered, in the order of the request")
    func order() {
        let accept = MemoryService.policy.negotiate(Samples.request).answer
        #expect(accept.presentationContexts.map(\.id) == [1, 3, 5])
        #expect(
            accept.presentationContexts.map(\.result) == [.acceptance, .acceptance, .abstractSyntaxNotSupported])
    }

    @Test("A single proposed transfer syntax is accepted", arguments: TransferSyntax.known.map(\.uid))
    func sole(_ uid: String) {
        #expect(
            Self.answer(SOPClass.ctImageStorage, [uid])
                == PresentationContextAnswer(id: 9, result: .acceptance, transferSyntax: uid))
    }

    @Test("Our order of preference decides, not the peer's order")
    func preference() {
        #expect(
            Self.answer(SOPClass.ctImageStorage, ["1.2.840.10008.1.2", "1.2.840.10008.1.2.1"])?.transferSyntax
                == "1.2.840.10008.1.2.1")
        // A compressed file need not be unpacked.
        #expect(
            Self.answer(SOPClass.ctImageStorage, ["1.2.840.10008.1.2.1", "1.2.840.10008.1.2.4.70"])?.transferSyntax
                == "1.2.840.10008.1.2.4.70")
        // An image that the peer has without loss is not degraded.
        #expect(
            Self.answer(SOPClass.ctImageStorage, ["1.2.840.10008.1.2.4.50", "1.2.840.10008.1.2.1"])?.transferSyntax
                == "1.2.840.10008.1.2.1")
    }

    @Test(
        "A video transfer syntax is accepted even if an uncompressed one is proposed: video can only be sent as it is",
        arguments: (100...108).map { "\($0)" } + (100...106).map { "\($0).1" })
    func video(_ last: String) {
        let uid = "1.2.840.10008.1.2.4." + last
        for beside in ["1.2.840.10008.1.2", "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.2"] {
            #expect(Self.answer(SOPClass.secondaryCaptureImageStorage, [uid, beside])?.transferSyntax == uid)
            #expect(Self.answer(SOPClass.secondaryCaptureImageStorage, [beside, uid])?.transferSyntax == uid)
        }
    }

    @Test("An unregistered transfer syntax below the root of compressed images is accepted after all registered ones")
    func unregistered() {
        let unregistered = "1.2.840.10008.1.2.4.300"
        #expect(Self.answer(SOPClass.ctImageStorage, [unregistered])?.transferSyntax == unregistered)
        #expect(Self.answer(SOPClass.ctImageStorage, ["9.9", unregistered])?.transferSyntax == unregistered)
        for known in ["1.2.840.10008.1.2", "1.2.840.10008.1.2.4.50", "1.2.840.10008.1.2.4.205"] {
            #expect(Self.answer(SOPClass.ctImageStorage, [unregistered, known])?.transferSyntax == known)
        }
    }

    @Test(
        "With the sender's preference, the first acceptable transfer syntax of its list is accepted",
        arguments: [
            ["1.2.840.10008.1.2.4.50", "1.2.840.10008.1.2.1", "1.2.840.10008.1.2"],
            ["1.2.840.10008.1.2", "1.2.840.10008.1.2.4.90"], ["1.2.840.10008.1.2.4.300", "1.2.840.10008.1.2.1"],
        ])
    func sendersPreference(_ syntaxes: [String]) {
        for proposed in [syntaxes, ["9.9"] + syntaxes] {
            #expect(
                Self.answer(SOPClass.ctImageStorage, proposed, preference: .sender)?.transferSyntax == syntaxes.first)
        }
        #expect(
            Self.answer(SOPClass.ctImageStorage, ["9.9"], preference: .sender)?.result == .transferSyntaxesNotSupported)
    }

    @Test("Storage classes whose instances belong to no study are not supported")
    func withoutStudy() {
        for uid in ["1.2.840.10008.5.1.4.38.1", "1.2.840.10008.5.1.4.1.1.200.1"] {
            #expect(Self.answer(uid, ["1.2.840.10008.1.2"])?.result == .abstractSyntaxNotSupported)
        }
    }

    @Test(
        "The answer tells an unsupported transfer syntax from an unsupported abstract syntax", arguments: [["9.9"], []])
    func transferSyntaxesNotSupported(_ syntaxes: [String]) {
        #expect(Self.answer(SOPClass.ctImageStorage, syntaxes)?.result == .transferSyntaxesNotSupported)
        #expect(Self.answer("not a uid", syntaxes)?.result == .abstractSyntaxNotSupported)
    }

    @Test("The answer tells a forbidden abstract syntax and too many contexts from an unsupported abstract syntax")
    func refusals() {
        var policy = MemoryService.policy
        policy.permitsAbstractSyntax = { $0 != SOPClass.verification }
        #expect(
            policy.negotiate(Samples.request).answer.presentationContexts.map(\.result)
                == [.userRejection, .acceptance, .abstractSyntaxNotSupported])
        policy.permitsAbstractSyntax = { _ in true }
        policy.maximumPresentationContexts = 1
        #expect(
            policy.negotiate(Samples.request).answer.presentationContexts.map(\.result)
                == [.acceptance, .noReason, .abstractSyntaxNotSupported])
    }

    // MARK: Storage commitment

    private static func commitment(
        _ syntaxes: [String], role: RoleSelection? = nil, policy: AcceptancePolicy = MemoryService.committingPolicy
    ) -> (answer: PresentationContextAnswer?, roles: [RoleSelection]) {
        var request = Samples.request
        request.presentationContexts = [
            ProposedPresentationContext(
                id: 9, abstractSyntax: SOPClass.storageCommitmentPushModel, transferSyntaxes: syntaxes)
        ]
        request.userInformation.roleSelections = role.map { [$0] } ?? []
        request.userInformation.extendedNegotiations = [
            SOPClassExtendedNegotiation(
                sopClassUID: SOPClass.storageCommitmentPushModel, serviceClassApplicationInformation: [1])
        ]
        let answer = policy.negotiate(request).answer
        // The class has no extended negotiation.
        #expect(answer.userInformation.extendedNegotiations.isEmpty)
        return (answer.presentationContexts.first, answer.userInformation.roleSelections)
    }

    @Test(
        "Storage commitment is accepted in Implicit and Explicit VR Little Endian only",
        arguments: TransferSyntax.known.map(\.uid))
    func encodingsOfCommitment(_ uid: String) {
        let isReadable = ["1.2.840.10008.1.2", "1.2.840.10008.1.2.1"].contains(uid)
        let alone = Self.commitment([uid]).answer
        #expect(alone?.result == (isReadable ? .acceptance : .transferSyntaxesNotSupported))
        let beside = Self.commitment([uid, "1.2.840.10008.1.2"]).answer
        #expect(beside?.transferSyntax == (uid == "1.2.840.10008.1.2.1" ? uid : "1.2.840.10008.1.2"))
    }

    @Test("Storage commitment is not supported unless the application says so")
    func commitmentOff() {
        #expect(
            Self.commitment(["1.2.840.10008.1.2"], policy: MemoryService.policy).answer?.result
                == .abstractSyntaxNotSupported)
    }

    @Test(
        "The user of storage commitment may ask for the role of SCU or for none; that of SCP is not granted",
        arguments: [(true, false), (true, true), (false, true), (false, false)])
    func rolesOfCommitment(isSCU: Bool, isSCP: Bool) {
        let role = RoleSelection(sopClassUID: SOPClass.storageCommitmentPushModel, isSCU: isSCU, isSCP: isSCP)
        let (answer, roles) = Self.commitment(["1.2.840.10008.1.2"], role: role)
        #expect(answer?.result == (isSCU ? .acceptance : .userRejection))
        #expect(
            roles
                == (isSCU
                    ? [RoleSelection(sopClassUID: SOPClass.storageCommitmentPushModel, isSCU: true, isSCP: false)]
                    : []))
    }
}
