// SPDX-License-Identifier: Apache-2.0

import AWS
import AWSManagement
import ByteComparison
import FoundationEssentials
import ImportPipeline

/// An item of the import job table, as it is read.
package struct JobItem: Sendable, Equatable {
    package let attributes: [String: String]
    package let importID: ImportID

    /// `nil` if the item does not name an import. The import's name is that of the job's output folder, or the item's
    /// key if no job was started.
    package init?(_ attributes: [String: String]) {
        self.attributes = attributes
        let folder = attributes[ImportJobAttribute.outputS3Uri.rawValue]?.split(separator: "/").last.map(String.init)
        let names = [folder, attributes[ImportJobAttribute.jobId.rawValue]].compactMap(\.self)
        guard let id = names.lazy.compactMap({ ImportID($0) }).first else { return nil }
        importID = id
    }

    package init?(item: DynamoDBClient.Item) {
        self.init(item.compactMapValues(\.text))
    }

    package subscript(_ attribute: ImportJobAttribute) -> String? { attributes[attribute.rawValue] }

    package func count(_ attribute: ImportJobAttribute) -> Int? { self[attribute].flatMap { Int($0) } }

    package func date(_ attribute: ImportJobAttribute) -> Date? { self[attribute].flatMap(Timestamp.date) }

    package var outcome: ImportOutcome? { self[.outcome].flatMap { ImportOutcome(rawValue: $0) } }

    /// Whether another attempt or a redrive has taken its place.
    package var isReplaced: Bool { self[.startedAgain] != nil || self[.redrivenAs] != nil }

    /// Whether it was written for an attempt that HealthImaging gave a job.
    package var hasJob: Bool { self[.jobId].map { ImportID($0) == nil } ?? false }

    /// The beginning of the keys that its job read; empty if it does not say.
    var folder: String { self[.inputS3Uri].flatMap { try? S3URI($0) }?.key ?? "" }

    /// Whether its job read the object: a redrive reads only one study of several, if only that one lacks instances.
    func covers(key: String) -> Bool { key.begins(with: folder) }

    /// Later items have later times.
    var order: (Date, Int) {
        (date(.submittedAt) ?? date(.endedAt) ?? .distantPast, count(.attempt) ?? 0)
    }
}
