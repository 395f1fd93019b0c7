import AWS
import FoundationEssentials

/// The table `DicomImportJobTable`: an item for each import job, keyed by `jobId`, every attribute a string.
///
/// An object that never comes to a job has an item as well; its `jobId` is the delivery's id.
package struct ImportJobTable: Sendable {
    package static let keyName = "jobId"

    private let name: String
    private let dynamoDB: DynamoDBClient

    package init(name: String, client: AWSClient) {
        self.name = name
        dynamoDB = DynamoDBClient(client: client)
    }

    /// Writes the item of a job that was just started; one that is there already stays as it is.
    package func jobStarted(
        _ job: HealthImagingClient.StartedJob, at date: Date, for request: ImportRequest, attempt: Int,
        datastoreID: String, dataAccessRoleArn: String
    ) async throws {
        var item = Self.attributes(of: request)
        item["attempt"] = String(attempt)
        item["jobId"] = job.jobId
        item["jobStatus"] = job.jobStatus.text
        item["outcome"] = ImportOutcome.pending.rawValue
        item["submittedAt"] = PipelineJSON.timestamp(date)
        item["datastoreId"] = datastoreID
        item["dataAccessRoleArn"] = dataAccessRoleArn
        try await dynamoDB.putItemIfAbsent(table: name, keyName: Self.keyName, item: item)
    }

    /// What a look at a job told.
    package func jobProgressed(_ jobID: String, setting attributes: [String: String]) async throws {
        try await dynamoDB.updateItem(table: name, key: (Self.keyName, jobID), setting: attributes)
    }

    /// Writes the item of an object that is not imported; one that is there already stays as it is.
    package func rejected(_ rejection: Rejection, at date: Date) async throws {
        var item = [
            "jobId": rejection.deliveryId.description,
            "deliveryId": rejection.deliveryId.description,
            "jobStatus": ImportOutcome.rejected.rawValue,
            "outcome": ImportOutcome.rejected.rawValue,
            "submittedAt": PipelineJSON.timestamp(date),
            "endedAt": PipelineJSON.timestamp(date),
            "inputS3Uri": rejection.inputS3Uri,
            "message": rejection.message,
        ]
        item["studyInstanceUID"] = rejection.studyInstanceUID
        try await dynamoDB.putItemIfAbsent(table: name, keyName: Self.keyName, item: item)
    }

    /// Whether the object of this delivery was rejected.
    package func isRejected(_ delivery: DeliveryID) async throws -> Bool {
        try await dynamoDB.getAttribute("outcome", table: name, key: (Self.keyName, delivery.description))
            == ImportOutcome.rejected.rawValue
    }

    private static func attributes(of request: ImportRequest) -> [String: String] {
        var attributes = [
            "deliveryId": request.deliveryId.description,
            "inputS3Uri": request.inputS3Uri,
            "outputS3Uri": request.outputS3Uri,
            "studyCount": String(request.studyCount),
            "instanceCount": String(request.instanceCount),
        ]
        attributes["studyInstanceUID"] = request.studyInstanceUID
        attributes["studyDate"] = request.studyDate
        attributes["seriesInstanceUID"] = request.seriesInstanceUID
        attributes["sopInstanceUID"] = request.sopInstanceUID
        attributes["repeats"] = request.repeats?.description
        return attributes
    }
}
