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
        let policy = MemoryService.policy
        return policy.accept(request, contexts: policy.acceptedContexts(of: request)).presentationContexts.first
    }

    @Test("One answer for each, in the order of the request")
    func order() {
        let policy = MemoryService.policy
        let accept = policy.accept(Samples.request, contexts: policy.acceptedContexts(of: Samples.request))
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
}
