// SPDX-License-Identifier: Apache-2.0

import DICOM
import ImportPipeline

/// The documents of transactions, in a bucket or a folder.
package struct CommitmentDocuments: Sendable {
    private let store: any DocumentStore
    private let folder: String

    /// `folder`: the beginning of the keys.
    package init(store: any DocumentStore, folder: String = BucketLayout.commitments) {
        self.store = store
        self.folder = folder
    }

    /// Stores what a request asks for. The same request stores the same document.
    func write(_ request: CommitmentRequest) async throws -> DocumentDigest {
        try await write(encoding: ReferencesDocument(request))
    }

    func write(_ result: ResultDocument) async throws -> DocumentDigest {
        try await write(encoding: result)
    }

    /// The references of the transaction.
    func references(of transaction: CommitmentTransaction) async throws -> [InstanceReference] {
        let document = try await read(ReferencesDocument.self, transaction.document)
        guard document.callingAETitle == transaction.name.callingAETitle,
            document.transactionUID == transaction.name.transactionUID.value
        else { throw DocumentError(expected: "the title and the UID of the transaction that names the document") }
        return try document.references()
    }

    /// The report of a transaction with this result.
    func report(
        of transaction: CommitmentTransaction, result: DocumentDigest, references: [InstanceReference]
    ) async throws -> CommitmentReport {
        let reasons = try await read(ResultDocument.self, result).reasons(
            of: transaction.document, count: references.count)
        var successes: [InstanceReference] = []
        var failures: [CommitmentReport.Failure] = []
        successes.reserveCapacity(references.count - reasons.count)
        for (position, reference) in references.enumerated() {
            if let reason = reasons[position] {
                failures.append(CommitmentReport.Failure(reference, reason))
            } else {
                successes.append(reference)
            }
        }
        return CommitmentReport(
            transactionUID: transaction.name.transactionUID, successes: successes, failures: failures)
    }

    // MARK: -

    private func write(encoding document: some Encodable) async throws -> DocumentDigest {
        let body = try PipelineJSON.encode(document)
        guard body.count <= DocumentLimits.maximumBytes else { throw DocumentError.tooLarge }
        let digest = DocumentDigest(of: body)
        try await store.putDocument(body, key: key(of: digest))
        return digest
    }

    /// Throws a `DocumentError` if there is no such document, or if it is not the one that was written.
    private func read<Document: Decodable>(_: Document.Type, _ digest: DocumentDigest) async throws -> Document {
        guard let body = try await store.document(key: key(of: digest)) else {
            throw DocumentError(expected: "a document, but it is missing")
        }
        guard DocumentDigest(of: body) == digest else {
            throw DocumentError(expected: "the bytes that were written: their SHA-256 differs")
        }
        return try PipelineJSON.decode(Document.self, from: body)
    }

    private func key(of digest: DocumentDigest) -> String { "\(folder)\(digest).json" }
}
