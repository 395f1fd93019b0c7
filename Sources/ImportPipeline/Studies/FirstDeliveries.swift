// SPDX-License-Identifier: Apache-2.0

import AWS

/// The part of the table of studies that CheckStatus reads.
package struct FirstDeliveries: StudyHistory {
    private let name: String
    private let dynamoDB: DynamoDBClient

    /// `nil` without a name: then the table does not exist.
    package init?(table name: String?, client: AWSClient) {
        guard let name, !name.isEmpty else { return nil }
        self.name = name
        dynamoDB = DynamoDBClient(client: client)
    }

    package func firstDelivery(ofStudy studyInstanceUID: String, datastoreID: String) async throws -> DeliveryID? {
        let study = StudyName(datastoreID: datastoreID, studyInstanceUID: studyInstanceUID)
        return try await dynamoDB.getAttribute(
            StudyAttribute.firstDeliveryId.rawValue, table: name, key: StudyAttribute.key(study)
        ).flatMap { DeliveryID($0) }
    }
}
