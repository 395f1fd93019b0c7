import DICOM
import DICOMNetwork
import Testing

@Suite("Presentation contexts")
struct AcceptancePolicyTests {
    static func answer(_ abstractSyntax: String, _ transferSyntaxes: [String]) -> PresentationContextAnswer? {
        var request = Samples.request
        request.presentationContexts = [
            ProposedPresentationContext(id: 9, abstractSyntax: abstractSyntax, transferSyntaxes: transferSyntaxes)
        ]
        return MemoryService.policy.negotiate(request).answer.presentationContexts.first
    }

    @Test("One answer for each, in the order of the request")
    func order() {
        let accept = MemoryService.policy.negotiate(Samples.request).answer
        #expect(accept.presentationContexts.map(\.id) == [1, 3, 5])
        #expect(
            accept.presentationContexts.map(\.result) == [.acceptance, .acceptance, .abstractSyntaxNotSupported])
    }

    @Test("A sole proposed syntax is taken", arguments: TransferSyntax.known.map(\.uid))
    func sole(_ uid: String) {
        #expect(
            Self.answer(SOPClass.ctImageStorage, [uid])
                == PresentationContextAnswer(id: 9, result: .acceptance, transferSyntax: uid))
    }

    @Test("Our order of preference decides, not the peer's")
    func preference() {
        #expect(
            Self.answer(SOPClass.ctImageStorage, ["1.2.840.10008.1.2", "1.2.840.10008.1.2.1"])?.transferSyntax
                == "1.2.840.10008.1.2.1")
        // A compressed file need not be unpacked.
        #expect(
            Self.answer(SOPClass.ctImageStorage, ["1.2.840.10008.1.2.1", "1.2.840.10008.1.2.4.70"])?.transferSyntax
                == "1.2.840.10008.1.2.4.70")
        // An image that the peer holds in full is not degraded.
        #expect(
            Self.answer(SOPClass.ctImageStorage, ["1.2.840.10008.1.2.4.50", "1.2.840.10008.1.2.1"])?.transferSyntax
                == "1.2.840.10008.1.2.1")
    }

    @Test("What is not supported is told from what is", arguments: [["9.9"], []])
    func transferSyntaxesNotSupported(_ syntaxes: [String]) {
        #expect(Self.answer(SOPClass.ctImageStorage, syntaxes)?.result == .transferSyntaxesNotSupported)
        #expect(Self.answer("not a uid", syntaxes)?.result == .abstractSyntaxNotSupported)
    }

    @Test("What is not permitted, or more than is taken, is told from what is not supported")
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
}
