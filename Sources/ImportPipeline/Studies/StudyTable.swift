// SPDX-License-Identifier: Apache-2.0

import AWS
import FoundationEssentials
import StructuredLog

/// The items of studies, as those who change them see them.
package protocol StudyItems: Sendable {
    /// By a strongly consistent read; `nil` if there is no item.
    func record(of study: StudyName) async throws -> StudyRecord?

    /// Writes the item if it still is as `known` says; `nil`: if there is none.
    func write(_ record: StudyRecord, instead known: StudyRecord?, at date: Date) async throws -> StudyWrite

    /// The studies to look at by this time, those that have waited longest first. It may list some that were changed a
    /// moment ago.
    func due(at date: Date, maximum: Int) async throws -> [StudyName]
}

package enum StudyWrite: Sendable, Equatable {
    case written
    /// The item was changed in the meantime; `nil`: it does not exist.
    case refused(by: StudyRecord?)
}

/// The table `DicomStudyTable`: an item for each study in each data store.
package struct StudyTable: StudyItems {
    package static let indexOfDue = "due"
    /// The index takes about 1,000 writes a second; DynamoDB throttles any above that.
    private static let retryPolicy = RetryPolicy(maximumAttempts: 8)

    private let name: String
    private let dynamoDB: DynamoDBClient

    /// `nil` without a name: then the table does not exist.
    package init?(name: String?, client: AWSClient) {
        guard let name, !name.isEmpty else { return nil }
        self.name = name
        dynamoDB = DynamoDBClient(client: client.with(Self.retryPolicy))
    }

    package func record(of study: StudyName) async throws -> StudyRecord? {
        try await dynamoDB.getItem(table: name, key: StudyAttribute.key(study)).map(Self.record)
    }

    package func write(
        _ record: StudyRecord, instead known: StudyRecord?, at date: Date
    ) async throws -> StudyWrite {
        let condition = known?.condition ?? .absent(key: StudyAttribute.study.rawValue)
        switch try await dynamoDB.putItem(table: name, item: record.item(at: date), if: condition) {
        case .written: return .written
        case .refused(let item): return .refused(by: try item.map(Self.record))
        }
    }

    package func due(at date: Date, maximum: Int) async throws -> [StudyName] {
        try await dynamoDB.queryIndex(
            Self.indexOfDue, table: name, key: (StudyAttribute.open.rawValue, StudyRecord.open),
            upTo: (StudyAttribute.due.rawValue, PipelineJSON.timestamp(date)), limit: maximum
        ).compactMap { $0[StudyAttribute.study.rawValue]?.text.flatMap { StudyName($0) } }
    }

    private static func record(in item: [String: DynamoDBAttribute]) throws -> StudyRecord {
        guard let record = StudyRecord(item: item) else { throw StudyItemUnreadable() }
        return record
    }
}

/// The table has an item that this system did not write.
struct StudyItemUnreadable: NamedError, CustomStringConvertible {
    let errorClass: ErrorClass? = .permanent
    let description =
        "expected an item with study, firstDeliveryId and revision in the table of studies: delete the item by hand"
}
