// SPDX-License-Identifier: Apache-2.0

import DICOM
import DICOMNetwork
import Testing

@Suite("Refused presentation contexts")
struct RefusedContextsTests {
    private static let query = "1.2.840.10008.5.1.4.1.2.2.1"

    /// The refused contexts in the summary, after a request with these contexts.
    private static func refused(
        _ contexts: [(abstractSyntax: String, transferSyntaxes: [String])], rejects: Bool = false
    ) throws -> RefusedStorageContexts {
        let peer = try EmbeddedPeer()
        var policy = MemoryService.policy
        policy.rejectsWithoutContext = rejects
        peer.service.decision = .accept(policy)
        var request = Samples.request
        request.presentationContexts = contexts.enumerated().map { index, context in
            ProposedPresentationContext(
                id: UInt8(2 * index + 1), abstractSyntax: context.abstractSyntax,
                transferSyntaxes: context.transferSyntaxes)
        }
        try peer.send(.associateRQ(request))
        try peer.close()
        return try #require(peer.service.summaries.first).refusedStorageContexts
    }

    @Test(
        "The summary lists refused contexts for storage, with the proposed syntaxes and the result",
        arguments: [true, false])
    func storage(_ rejects: Bool) throws {
        let refused = try Self.refused(
            [
                (SOPClass.ctImageStorage, ["1.2.840.113619.5.2", "../etc"]), (Self.query, ["1.2.840.10008.1.2"]),
                ("1.2.840.10008.5.1.4.39.1", ["1.2.840.10008.1.2"]), ("not a UID", ["1.2.840.10008.1.2"]),
            ], rejects: rejects)
        #expect(refused.further == 0)
        #expect(refused.first.map(\.abstractSyntax.value) == [SOPClass.ctImageStorage, "1.2.840.10008.5.1.4.39.1"])
        #expect(refused.first.map(\.result) == [.transferSyntaxesNotSupported, .abstractSyntaxNotSupported])
        #expect(
            refused.first.first?.transferSyntaxes.map(\.description)
                == ["1.2.840.113619.5.2", "not a UID, 6 characters"])
    }

    @Test("The summary lists no context if all were accepted")
    func none() throws {
        #expect(try Self.refused([(SOPClass.ctImageStorage, ["1.2.840.10008.1.2"])]) == RefusedStorageContexts())
    }

    @Test("The summary lists at most ten contexts with at most ten transfer syntaxes each, and counts the rest")
    func bounded() throws {
        let syntaxes = (0..<70).map { "1.2.840.113619.5.\($0)" }
        let refused = try Self.refused(Array(repeating: (SOPClass.ctImageStorage, syntaxes), count: 128))
        #expect(refused.first.count == 10 && refused.further == 118)
        #expect(refused.first.allSatisfy { $0.transferSyntaxes.count == 10 && $0.furtherTransferSyntaxes == 60 })
    }
}
