import AWS
import FoundationEssentials
import ImportPipeline
import LambdaRuntime
import Logging
import StructuredLog

/// Looks at an import job, brings its item up to date and says what is next. COMPLETED alone proves nothing: what the job's
/// output says is compared with the delivery, instance by instance.
@main
struct CheckStatusFunction: LambdaHandler {
    private let healthImaging: HealthImagingClient
    private let s3: S3Client
    private let output: JobOutputReader
    private let table: ImportJobTable
    private let datastoreID: String
    private let pollInterval: PollInterval
    private let tagsImported: Bool
    private let metrics: EmbeddedMetrics?

    init(environment: LambdaEnvironment) throws {
        let client = try AWSClient(
            environment: environment.variables, retryPolicy: .functionIsRepeated, logger: environment.logger)
        healthImaging = HealthImagingClient(client: client)
        s3 = S3Client(client: client)
        output = JobOutputReader(s3: s3)
        table = ImportJobTable(name: try environment.required("TABLE_NAME"), client: client)
        datastoreID = try environment.required("DATASTORE_ID")
        pollInterval = try PollInterval(environment.required("POLL_SECONDS"))
        tagsImported = environment.variables["TAG_IMPORTED"] == "true"
        metrics = environment.metrics
    }

    func handle(_ event: ImportProgress, context: LambdaContext) async throws -> ImportProgress {
        let job = try await metrics.countingHealthImagingErrors {
            try await healthImaging.getDICOMImportJob(datastoreID: datastoreID, jobID: event.jobId)
        }
        let look = try await look(at: job, of: event.request, logger: context.logger)
        let progress = progress(after: look.verdict, on: job, of: event)
        try await record(look, of: job, event: event, isStartedAgain: progress.startsAgain)
        count(look, of: event, isStartedAgain: progress.startsAgain)
        context.logger.info(
            "import job checked",
            metadata: [
                "deliveryId": "\(event.request.deliveryId)", "jobId": "\(event.jobId)",
                "jobStatus": "\(job.jobStatus.rawValue)", "outcome": "\(look.verdict.outcome.rawValue)",
                "attempt": "\(event.attempt)", "startsAgain": "\(progress.startsAgain)", "polls": "\(progress.polls)",
            ])
        if let proof = look.proof {
            let tags = RetentionTags(s3: s3, bucket: try S3URI(event.request.inputS3Uri).bucket, logger: context.logger)
            // Of a delivery that is not whole everything stays: it may have to be imported once more.
            if tagsImported, look.verdict.outcome == .imported { await tags.add(.imported, to: proof.imported) }
            if proof.expected.isClosed { await tags.add(.unacknowledged, to: proof.unacknowledged) }
        }
        return progress
    }

    // MARK: -

    private typealias Look = (verdict: ImportVerdict, proof: ImportProof?)

    private func look(
        at job: HealthImagingClient.JobProperties, of request: ImportRequest, logger: Logger
    ) async throws -> Look {
        switch job.jobStatus {
        case .submitted, .inProgress: return (.pending, nil)
        case .failed: return (.jobFailed(message: job.message), nil)
        case .completed:
            guard let summary = try await output.summary(of: job) else {
                // A job that does not say when it ended did so after it was submitted: without either it would be waited for ever.
                let endedAt = (job.endedAt ?? job.submittedAt)?.date ?? .distantPast
                return (.manifestMissing(since: endedAt, at: Date()), nil)
            }
            let proof = ImportProof(
                expected: try await .of(request, s3: s3, logger: logger), summary: summary,
                results: try await output.results(of: job))
            return (ImportVerdict(proof), proof)
        }
    }

    private func progress(
        after verdict: ImportVerdict, on job: HealthImagingClient.JobProperties, of event: ImportProgress
    ) -> ImportProgress {
        var progress = event
        progress.jobStatus = job.jobStatus
        progress.polls += 1
        if verdict.isTransient && event.attempt < ImportProgress.maximumAttempts {
            progress.startsAgain = true
            progress.attempt += 1
            progress.waitSeconds = pollInterval.seconds(beforeAttempt: progress.attempt)
        } else {
            progress.outcome = verdict.outcome
            progress.waitSeconds = pollInterval.seconds(afterPolls: progress.polls)
        }
        return progress
    }

    /// Brings the item up to date, after the report that it points to.
    private func record(
        _ look: Look, of job: HealthImagingClient.JobProperties, event: ImportProgress, isStartedAgain: Bool
    ) async throws {
        let outcome = look.verdict.outcome
        var attributes = look.verdict.attributes
        // An item that is written once more by a repeated start keeps the status that it had: the last word is said in any case.
        if job.jobStatus != event.jobStatus || outcome != .pending { attributes["jobStatus"] = job.jobStatus.rawValue }
        if outcome != .pending {
            attributes["outcome"] = outcome.rawValue
            attributes["endedAt"] = PipelineJSON.timestamp(job.endedAt?.date ?? Date())
            if isStartedAgain { attributes["startedAgain"] = "true" }
        }
        if let proof = look.proof {
            let report = proof.report(jobID: job.jobId, of: event, outcome: outcome)
            attributes["reportS3Uri"] = try await output.write(report, of: job)
        }
        if !attributes.isEmpty { try await table.jobProgressed(event.jobId, setting: attributes) }
    }

    /// Imports by their outcome, when it is the last word on them.
    private func count(_ look: Look, of event: ImportProgress, isStartedAgain: Bool) {
        let outcome = look.verdict.outcome
        guard outcome != .pending else { return }
        let imported = look.proof?.summary.numberOfImportedFiles ?? 0
        let ended: [EmbeddedMetrics.Metric] = [
            .init("ImportsImported", outcome == .imported ? 1 : 0),
            .init("ImportsPartial", outcome == .partial ? 1 : 0),
            .init("ImportsFailed", outcome == .failed ? 1 : 0), .init("InstancesImported", imported),
            .init("InstancesNotPrimary", look.proof?.nonPrimaryCount ?? 0),
        ]
        metrics?.emit(
            isStartedAgain ? [.init("ImportsStartedAgain", 1)] : ended,
            properties: ["deliveryId": "\(event.request.deliveryId)", "jobId": event.jobId])
    }
}
