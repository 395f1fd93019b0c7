// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import ImportPipeline

/// What is reported: the references that are not committed, by their positions in the document of the references. All
/// others are committed. A report that is sent twice says the same twice.
struct ResultDocument: Codable, Hashable, Sendable {
    struct Failures: Codable, Hashable, Sendable {
        let reason: UInt16
        /// In rising order.
        let positions: [Int]
    }

    /// The name of the document of the references.
    let references: DocumentDigest
    let decidedAt: Date
    let failures: [Failures]

    init(of references: DocumentDigest, at date: Date, reasons: [Int: FailureReason]) {
        self.references = references
        decidedAt = date.wholeSeconds
        failures = Dictionary(grouping: reasons.keys) { reasons[$0]?.rawValue ?? 0 }.sorted { $0.key < $1.key }.map {
            Failures(reason: $0.key, positions: $0.value.sorted())
        }
    }

    /// The reasons, by position. Throws if the document is not a result of these references.
    func reasons(of references: DocumentDigest, count: Int) throws(DocumentError) -> [Int: FailureReason] {
        guard self.references == references else {
            throw DocumentError(path: "references", expected: "the name of the transaction's document")
        }
        var reasons: [Int: FailureReason] = [:]
        for failure in failures {
            guard let reason = FailureReason(rawValue: failure.reason) else {
                throw DocumentError(path: "failures", expected: "a failure reason of PS3.3 §C.14.1.1")
            }
            for position in failure.positions {
                guard (0..<count).contains(position), reasons.updateValue(reason, forKey: position) == nil else {
                    throw DocumentError(path: "failures", expected: "positions from 0 to \(count - 1), each once")
                }
            }
        }
        return reasons
    }
}
