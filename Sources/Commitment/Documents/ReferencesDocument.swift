// SPDX-License-Identifier: Apache-2.0

import ByteComparison
import DICOM
import ImportPipeline

/// What a transaction asks for, as a document: each SOP class once, with its instances. It has the same bytes for every
/// request of this title and transaction UID with the same references, in whatever order these are.
struct ReferencesDocument: Codable, Hashable, Sendable {
    /// 100,000 references with UIDs of 64 characters have less than 7 MB; a document may have
    /// `DocumentLimits.maximumBytes`.
    static let maximumReferences = 100_000

    struct Group: Codable, Hashable, Sendable {
        let sopClassUID: String
        let sopInstanceUIDs: [String]
    }

    let callingAETitle: String
    let transactionUID: String
    let groups: [Group]

    init(_ request: CommitmentRequest) {
        callingAETitle = request.callingAETitle
        transactionUID = request.transactionUID.value
        let instances = Dictionary(grouping: Set(request.references)) { ByteText($0.sopClassUID.value) }
        groups = instances.sorted { $0.key < $1.key }.map { sopClassUID, references in
            Group(
                sopClassUID: sopClassUID.text,
                sopInstanceUIDs: references.map { ByteText($0.sopInstanceUID.value) }.sorted().map(\.text))
        }
    }

    /// The references in the order of the document, to which positions refer.
    func references() throws(DocumentError) -> [InstanceReference] {
        let count = groups.reduce(0) { $0 + $1.sopInstanceUIDs.count }
        guard (1...Self.maximumReferences).contains(count) else {
            throw DocumentError(
                path: "groups", expected: "1 to \(Self.maximumReferences) references, but it has \(count)")
        }
        var references: [InstanceReference] = []
        references.reserveCapacity(count)
        for group in groups {
            let sopClassUID = try Self.uid(group.sopClassUID)
            for instance in group.sopInstanceUIDs {
                references.append(InstanceReference(sopClassUID: sopClassUID, sopInstanceUID: try Self.uid(instance)))
            }
        }
        return references
    }

    private static func uid(_ text: String) throws(DocumentError) -> UID {
        do {
            return try UID(text)
        } catch {
            throw DocumentError(path: "groups", expected: "UIDs (PS3.5 §9.1)")
        }
    }
}
