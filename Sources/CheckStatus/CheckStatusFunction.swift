import AWS
import FoundationEssentials
import ImportPipeline
import LambdaRuntime

/// Looks at an import job, brings its item up to date and says what is next. COMPLETED alone proves nothing: the counts
/// of the job's output manifest are compared with the delivery's.
@main
struct CheckStatusFunction: LambdaHandler {
    private let healthImaging: HealthImagingClient
    private let manifests: JobOutputReader
    private let table: ImportJobTable
    private let datastoreID: String
    private let pollInterval: PollInterval

    init(environment: LambdaEnvironment) throws {
        let client = try AWSClient(environment: environment.variables, logger: environment.logger)
        healthImaging = HealthImagingClient(client: client)
        manifests = JobOutputReader(s3: S3Client(client: client))
        table = ImportJobTable(name: try environment.required("TABLE_NAME"), client: client)
        datastoreID = try environment.required("DATASTORE_ID")
        pollInterval = try PollInterval(environment.required("POLL_SECONDS"))
    }

    func handle(_ event: ImportProgress, context: LambdaContext) async throws -> ImportProgress {
        let job = try await healthImaging.getDICOMImportJob(datastoreID: datastoreID, jobID: event.jobId)
        let verdict = try await verdict(on: job, of: event.request)

        var attributes = verdict.attributes
        if job.jobStatus != event.jobStatus { attributes["jobStatus"] = job.jobStatus.rawValue }
        if verdict.outcome != .pending {
            attributes["outcome"] = verdict.outcome.rawValue
            let ended = job.endedAt.map(Date.init(timeIntervalSince1970:)) ?? Date()
            attributes["endedAt"] = PipelineJSON.timestamp(ended)
        }
        if !attributes.isEmpty { try await table.jobProgressed(event.jobId, setting: attributes) }

        var progress = event
        progress.jobStatus = job.jobStatus
        progress.outcome = verdict.outcome
        progress.polls += 1
        progress.waitSeconds = pollInterval.seconds(afterPolls: progress.polls)
        context.logger.info(
            "import job checked",
            metadata: [
                "deliveryId": "\(event.request.deliveryId)", "jobId": "\(event.jobId)",
                "jobStatus": "\(job.jobStatus.rawValue)", "outcome": "\(verdict.outcome.rawValue)",
                "polls": "\(progress.polls)",
            ])
        return progress
    }

    private func verdict(
        on job: HealthImagingClient.JobProperties, of request: ImportRequest
    ) async throws -> ImportVerdict {
        switch job.jobStatus {
        case .submitted, .inProgress: return .pending
        case .failed: return .jobFailed(message: job.message)
        case .completed:
            if let summary = try await manifests.summary(of: job) {
                return ImportVerdict(summary: summary, expectedInstances: request.instanceCount)
            }
            let endedAt = job.endedAt.map(Date.init(timeIntervalSince1970:)) ?? Date()
            return ImportVerdict.manifestMissing(since: endedAt, at: Date())
        }
    }
}
