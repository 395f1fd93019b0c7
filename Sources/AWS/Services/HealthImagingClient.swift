// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials

/// The operations of AWS HealthImaging (`medical-imaging`) that are used here.
package struct HealthImagingClient: Sendable {
    private let client: AWSClient

    /// The default policy is for callers that a state machine calls again while the service is busy.
    package init(client: AWSClient, retryPolicy: RetryPolicy = .stateMachineWaits) {
        self.client = client.with(retryPolicy)
    }

    package struct StartDICOMImportJob: Encodable, Sendable {
        package let jobName: String
        package let dataAccessRoleArn: String
        /// A second request with the same token does not start a second job.
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
        let body = try await send(
            "StartDICOMImportJob", "POST", "/startDICOMImportJob/datastore/\(datastoreID.percentEncoded())", request)
        return try JSONDecoder().decode(StartedJob.self, from: Data(body))
    }

    /// A response that cannot be read gives `.unknown`. It does not mean that the job has failed.
    package func getDICOMImportJob(datastoreID: String, jobID: String) async throws -> JobProperties {
        struct Answer: Decodable { let jobProperties: JobProperties }
        let path = "/getDICOMImportJob/datastore/\(datastoreID.percentEncoded())/job/\(jobID.percentEncoded())"
        let body = try await send("GetDICOMImportJob", "GET", path, Optional<Never>.none)
        return (try? JSONDecoder().decode(Answer.self, from: Data(body)))?.jobProperties ?? .unknown
    }

    private func send(
        _ operation: String, _ method: String, _ path: String, _ body: (some Encodable)?
    ) async throws -> [UInt8] {
        try await client.send(
            .restJSON(
                .healthImaging, operation: operation, method: method, path: path, body: body,
                configuration: client.configuration)
        ).body
    }
}
