import FoundationEssentials

/// AWS HealthImaging (`medical-imaging`), as far as it is used here.
package struct HealthImagingClient: Sendable {
    private let client: AWSClient

    /// The caller is called again by a state machine, which waits for a service that is busy.
    package init(client: AWSClient) {
        self.client = client.with(.stateMachineWaits)
    }

    package enum JobStatus: String, Codable, Sendable {
        case submitted = "SUBMITTED"
        case inProgress = "IN_PROGRESS"
        case completed = "COMPLETED"
        case failed = "FAILED"
    }

    package struct StartedJob: Decodable, Sendable, Equatable {
        package let datastoreId: String
        package let jobId: String
        package let jobStatus: JobStatus
        package let submittedAt: EpochSeconds
    }

    package struct JobProperties: Decodable, Sendable, Equatable {
        package let jobId: String
        package let jobStatus: JobStatus
        package let datastoreId: String
        package let inputS3Uri: String
        package let outputS3Uri: String
        package let submittedAt: EpochSeconds?
        package let endedAt: EpochSeconds?
        package let message: String?
    }

    package struct StartDICOMImportJob: Encodable, Sendable {
        package let jobName: String
        package let dataAccessRoleArn: String
        /// The same token starts no second job.
        package let clientToken: String
        package let inputS3Uri: String
        package let outputS3Uri: String

        package init(
            jobName: String, dataAccessRoleArn: String, clientToken: String, inputS3Uri: String, outputS3Uri: String
        ) {
            self.jobName = jobName
            self.dataAccessRoleArn = dataAccessRoleArn
            self.clientToken = clientToken
            self.inputS3Uri = inputS3Uri
            self.outputS3Uri = outputS3Uri
        }
    }

    package func startDICOMImportJob(
        datastoreID: String, _ request: StartDICOMImportJob
    ) async throws -> StartedJob {
        try await send(
            "StartDICOMImportJob", "POST", "/startDICOMImportJob/datastore/\(datastoreID.percentEncoded())", request)
    }

    package func getDICOMImportJob(datastoreID: String, jobID: String) async throws -> JobProperties {
        struct Answer: Decodable { let jobProperties: JobProperties }
        let path = "/getDICOMImportJob/datastore/\(datastoreID.percentEncoded())/job/\(jobID.percentEncoded())"
        let answer: Answer = try await send("GetDICOMImportJob", "GET", path, Optional<Never>.none)
        return answer.jobProperties
    }

    private func send<Answer: Decodable>(
        _ operation: String, _ method: String, _ path: String, _ body: (some Encodable)?
    ) async throws -> Answer {
        let response = try await client.send(
            .restJSON(
                .healthImaging, operation: operation, method: method, path: path, body: body,
                configuration: client.configuration))
        return try JSONDecoder().decode(Answer.self, from: Data(response.body))
    }
}
