// SPDX-License-Identifier: Apache-2.0

import AWS
import FoundationEssentials

/// The table `DicomImportJobTable`: an item for each import job, keyed by `jobId`. `ImportJobItem` knows the
/// attributes.
///
/// A rejected object, which no job imports, has an item as well; its `jobId` is the delivery's id.
package struct ImportJobTable: Sendable {
    private static let keyName = ImportJobAttribute.jobId.rawValue

    private let name: String
    private let dynamoDB: DynamoDBClient

    package init(name: String, client: AWSClient) {
        self.name = name
        dynamoDB = DynamoDBClient(client: client)
    }

    /// Writes the item of a job that was just started. An item that already exists stays as it is.
    package func jobStarted(
        _ job: HealthImagingClient.StartedJob, at date: Date, for request: ImportRequest, attempt: Int,
        datastoreID: String, dataAccessRoleArn: String
    ) async throws {
        let item = ImportJobItem(
            job, at: date, for: request, attempt: attempt, datastoreID: datastoreID,
            dataAccessRoleArn: dataAccessRoleArn)
        try await dynamoDB.putItemIfAbsent(table: name, keyName: Self.keyName, item: item.attributes)
    }

    /// Updates the item after a look at the job. An update that changes nothing is not sent.
    package func jobProgressed(_ jobID: String, _ update: ImportJobUpdate) async throws {
        let item = ImportJobItem(update)
        guard !item.attributes.isEmpty else { return }
        try await dynamoDB.updateItem(
            table: name, key: (Self.keyName, jobID), setting: item.attributes, removing: item.removed)
    }

    /// Writes the item of a rejected object. An item that already exists stays as it is.
    package func rejected(_ rejection: Rejection, at date: Date) async throws {
        try await dynamoDB.putItemIfAbsent(
            table: name, keyName: Self.keyName, item: ImportJobItem(rejection, at: date).attributes)
    }

    /// Whether the object of this delivery was rejected.
    package func isRejected(_ delivery: DeliveryID) async throws -> Bool {
        try await dynamoDB.getAttribute(
            ImportJobAttribute.outcome.rawValue, table: name, key: (Self.keyName, delivery.description))
            == ImportOutcome.rejected.rawValue
    }
}
