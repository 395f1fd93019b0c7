// SPDX-License-Identifier: Apache-2.0

import AWS
import FoundationEssentials
import ImportPipeline
import StructuredLog

/// The import jobs of the pipeline's data stores. Each has an item in the table.
package struct HealthImagingJobs: ImportJobs {
    private let healthImaging: HealthImagingClient
    private let table: ImportJobTable
    private let s3: S3Client
    private let standardDatastoreID: String
    private let datastores: PermittedDatastores
    private let dataAccessRoleARN: String
    private let pollInterval: PollInterval
    private let now: @Sendable () -> Date
    private let metrics: EmbeddedMetrics?

    package init(
        client: AWSClient, tableName: String, standardDatastoreID: String, datastores: PermittedDatastores,
        dataAccessRoleARN: String, pollInterval: PollInterval, now: @escaping @Sendable () -> Date,
        metrics: EmbeddedMetrics?
    ) {
        healthImaging = HealthImagingClient(client: client, retryPolicy: .callerRepeats)
        table = ImportJobTable(name: tableName, client: client)
        s3 = S3Client(client: client.with(.callerRepeats))
        self.standardDatastoreID = standardDatastoreID
        self.datastores = datastores
        self.dataAccessRoleARN = dataAccessRoleARN
        self.pollInterval = pollInterval
        self.now = now
        self.metrics = metrics
    }

    /// The client token depends only on the request and the attempt, so repeated calls start one job.
    package func start(_ state: ImportStart) async throws -> ImportProgress {
        let request = state.request
        if let problem = datastores.problem(with: request.datastoreId) {
            throw DatastoreNotPermitted(description: problem)
        }
        let datastoreID = request.datastoreId ?? standardDatastoreID
        let token = request.clientToken(attempt: state.attempt)
        let start = HealthImagingClient.StartDICOMImportJob(
            jobName: token, dataAccessRoleArn: dataAccessRoleARN, clientToken: token, inputS3Uri: request.inputS3Uri,
            outputS3Uri: request.outputS3Uri)
        let job = try await metrics.countingHealthImagingErrors(busy: { .init("StartsThrottled", $0) }) {
            try await healthImaging.startDICOMImportJob(datastoreID: datastoreID, start)
        }
        try await table.jobStarted(
            job, at: job.submittedAt?.date ?? now(), for: request, attempt: state.attempt, datastoreID: datastoreID,
            dataAccessRoleArn: dataAccessRoleARN)
        return ImportProgress(
            request: request, attempt: state.attempt, busyAttempts: state.busyAttempts, jobId: job.jobId,
            jobStatus: job.jobStatus, outcome: .pending,
            waitSeconds: await firstWait(of: request, datastoreID: datastoreID), polls: 0)
    }

    /// If it is not known how long other jobs took, this is no reason to fail: the job runs already.
    private func firstWait(of request: ImportRequest, datastoreID: String) async -> Int {
        var recent: RecentJobTimes?
        if let store = try? RecentJobTimesStore(s3: s3, of: request, datastoreID: datastoreID) {
            recent = try? await store.recentTimes()
        }
        return LookSchedule.firstWait(recent, unknown: pollInterval)
    }
}
