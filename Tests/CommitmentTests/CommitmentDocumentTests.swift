// SPDX-License-Identifier: Apache-2.0

import DICOM
import Foundation
import ImportPipeline
import Testing

@testable import Commitment

@Suite("The documents of storage commitment")
struct CommitmentDocumentTests {
    private let store = ModelStore()
    private var documents: CommitmentDocuments {
        CommitmentDocuments(store: ModelDocuments(connection: TaskConnection(store)))
    }

    private func transaction(_ request: CommitmentRequest, _ document: DocumentDigest) -> CommitmentTransaction {
        CommitmentTransaction(request, document: document, by: TaskID(), at: Date(), after: .zero)
    }

    @Test("The same references in another order have the same name, others have another one")
    func names() async throws {
        let request = CommitmentRequest.sample(instances: 50)
        func other(
            _ references: [InstanceReference], title: String = "CT1", uid: String = "1.3.1"
        ) -> CommitmentRequest {
            CommitmentRequest(
                callingAETitle: title, calledAETitle: "STORESCP", transactionUID: .sample(uid), references: references)
        }
        let name = try await documents.write(request)
        #expect(try await documents.write(other(request.references.reversed())) == name)
        #expect(try await documents.write(other(request.references + request.references.prefix(1))) == name)
        #expect(try await documents.write(other(Array(request.references.dropLast()))) != name)
        #expect(try await documents.write(other(request.references, title: "CT2")) != name)
        #expect(try await documents.write(other(request.references, uid: "1.3.2")) != name)
        #expect(store.documents.count == 4)
        #expect(store.documents.keys.allSatisfy { $0.hasPrefix("commitments/") && $0.hasSuffix(".json") })
        let read = try await documents.references(of: transaction(request, name))
        #expect(Set(read) == Set(request.references))
        #expect(read.count == 50)
    }

    @Test("The most references that a setting allows, with the longest UIDs, fit into one document")
    func longest() async throws {
        let long = String(repeating: "1", count: UID.maximumLength - 7)
        let references = (0..<ReferencesDocument.maximumReferences).map {
            InstanceReference(
                sopClassUID: .sample("1.2.840.10008.5.1.4.1.1.2"), sopInstanceUID: .sample("\(long).\($0 + 100_000)"))
        }
        let request = CommitmentRequest(
            callingAETitle: "CT1", calledAETitle: "STORESCP", transactionUID: .sample("1.3"), references: references)
        let name = try await documents.write(request)
        #expect(store.documents.values.allSatisfy { $0.count < DocumentLimits.maximumBytes })
        #expect(try await documents.references(of: transaction(request, name)).count == references.count)
    }

    @Test("A document that is missing, that somebody changed, or that belongs to another transaction is refused")
    func notTrusted() async throws {
        let request = CommitmentRequest.sample()
        let name = try await documents.write(request)
        let key = try #require(store.documents.keys.first)
        await #expect(throws: DocumentError.self) {
            try await documents.references(of: transaction(.sample(2), name))
        }
        store.with { $0.documents[key]?.append(UInt8(ascii: " ")) }
        await #expect(throws: DocumentError.self) { try await documents.references(of: transaction(request, name)) }
        store.with { $0.documents[key] = nil }
        await #expect(throws: DocumentError.self) { try await documents.references(of: transaction(request, name)) }
    }

    @Test(
        "References that are not valid are refused",
        arguments: [
            #"{"callingAETitle":"CT1","transactionUID":"1.3.1","groups":[]}"#,
            #"{"callingAETitle":"CT1","transactionUID":"1.3.1","groups":[{"sopClassUID":"x","sopInstanceUIDs":["1.2"]}]}"#,
            #"{"callingAETitle":"CT1","transactionUID":"1.3.1","groups":[{"sopClassUID":"1.2","sopInstanceUIDs":["1..2"]}]}"#,
        ])
    func references(text: String) throws {
        let document = try PipelineJSON.decode(ReferencesDocument.self, from: Array(text.utf8))
        #expect(throws: DocumentError.self) { try document.references() }
    }

    @Test("Every reference is in exactly one of the two lists of a report, with its reason")
    func report() async throws {
        let request = CommitmentRequest.sample(instances: 9)
        let transaction = transaction(request, try await documents.write(request))
        let references = try await documents.references(of: transaction)
        let reasons: [Int: FailureReason] = [0: .processingFailure, 4: .noSuchObjectInstance, 8: .processingFailure]
        let result = try await documents.write(ResultDocument(of: transaction.document, at: Date(), reasons: reasons))
        let report = try await documents.report(of: transaction, result: result, references: references)
        #expect(report.transactionUID == request.transactionUID)
        #expect(Set(report.successes).union(report.failures.map(\.reference)) == Set(request.references))
        #expect(report.successes.count + report.failures.count == 9)
        #expect(
            report.failures == [
                .init(references[0], .processingFailure), .init(references[4], .noSuchObjectInstance),
                .init(references[8], .processingFailure),
            ])
    }

    @Test(
        "A result with positions that do not exist, or twice, or with another reason is refused",
        arguments: [
            #"[{"reason":272,"positions":[3]}]"#, #"[{"reason":272,"positions":[-1]}]"#,
            #"[{"reason":272,"positions":[1,1]}]"#, #"[{"reason":272,"positions":[1]},{"reason":274,"positions":[1]}]"#,
            #"[{"reason":1,"positions":[1]}]"#,
        ])
    func result(failures: String) throws {
        let digest = DocumentDigest(of: [1])
        let text = #"{"references":"\#(digest)","decidedAt":"2026-11-29T00:00:00Z","failures":\#(failures)}"#
        let result = try PipelineJSON.decode(ResultDocument.self, from: Array(text.utf8))
        #expect(throws: DocumentError.self) { try result.reasons(of: digest, count: 3) }
        #expect(throws: DocumentError.self) { try result.reasons(of: DocumentDigest(of: [2]), count: 3) }
    }
}
