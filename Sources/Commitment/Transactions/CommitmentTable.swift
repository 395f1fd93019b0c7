// SPDX-License-Identifier: Apache-2.0

import AWS
import AWSManagement
import FoundationEssentials
import ImportPipeline

/// The table `DicomCommitmentTable`: an item for each transaction, with two sparse indexes.
package struct CommitmentTable: CommitmentStates {
    private static let due = "due"
    private static let unreported = "unreported"
    /// An index holds only open transactions, so one page nearly always suffices.
    private static let maximumPages = 4

    private let name: String
    private let dynamoDB: DynamoDBClient

    package init(name: String, client: AWSClient) {
        self.name = name
        dynamoDB = DynamoDBClient(client: client)
    }

    package func write(_ transaction: CommitmentTransaction, expecting fence: Int?) async throws -> CommitmentWrite {
        let condition: DynamoDBCondition =
            if let fence {
                .has([CommitmentAttribute.fence.rawValue: String(fence)])
            } else {
                .absent(key: CommitmentAttribute.callingAETitle.rawValue)
            }
        switch try await dynamoDB.putItem(table: name, item: transaction.item, if: condition) {
        case .written: return .written
        case .refused(let item):
            let found = item.flatMap { CommitmentTransaction(item: $0) }
            // The answer to an earlier attempt of the same request was lost.
            return found == transaction ? .written : .refused(by: found)
        }
    }

    package func overdue(before date: Date, atMost limit: Int) async throws -> [CommitmentTransaction] {
        let pages = try await dynamoDB.query(
            table: name, index: Self.due, key: (CommitmentAttribute.open.rawValue, CommitmentTransaction.open),
            upTo: (CommitmentAttribute.dueAt.rawValue, PipelineJSON.timestamp(date)), limit: limit,
            maximumPages: Self.maximumPages)
        return pages.elements.compactMap { CommitmentTransaction(item: $0) }
    }

    package func unreported(
        callingAETitle: String, calledAETitle: String, atMost limit: Int
    ) async throws -> [CommitmentTransaction] {
        let key = CommitmentTransaction.unreportedKey(callingAETitle: callingAETitle, calledAETitle: calledAETitle)
        let pages = try await dynamoDB.query(
            table: name, index: Self.unreported, key: (CommitmentAttribute.unreported.rawValue, key), limit: limit,
            maximumPages: Self.maximumPages)
        return pages.elements.compactMap { CommitmentTransaction(item: $0) }
    }
}

extension CommitmentTransaction {
    /// `nil` if the item is not a transaction.
    init?(item: [String: DynamoDBAttribute]) {
        self.init(attributes: item.compactMapValues(\.text))
    }
}

extension CommitmentTable {
    /// Makes each of the calls above without changing anything: no item has the fence that this write expects.
    package func check() async throws {
        _ = try await overdue(before: Date(timeIntervalSince1970: 0), atMost: 1)
        _ = try await unreported(callingAETitle: Self.nobody, calledAETitle: Self.nobody, atMost: 1)
        _ = try await dynamoDB.putItem(
            table: name,
            item: [
                CommitmentAttribute.callingAETitle.rawValue: .text(Self.nobody),
                CommitmentAttribute.transactionUID.rawValue: .text(Self.nobody),
            ], if: .has([CommitmentAttribute.fence.rawValue: Self.nobody]))
    }

    /// Neither an AE title nor a UID.
    private static let nobody = "\\check"
}
