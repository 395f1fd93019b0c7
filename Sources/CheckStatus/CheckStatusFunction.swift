// SPDX-License-Identifier: Apache-2.0

import AWS
import FoundationEssentials
import ImportPipeline
import LambdaRuntime
import Logging
import StructuredLog

/// Looks at an import job, updates its item and decides what the execution does next. The status COMPLETED alone proves
/// nothing: the output of the job is compared with the delivery, instance by instance.
@main
struct CheckStatusFunction: LambdaHandler {
    private let healthImaging: HealthImagingClient
    private let s3: S3Client
    private let table: ImportJobTable
    private let index: (any InstanceIndex)?
    private let events: StudyEvents?
    private let history: (any StudyHistory)?
    private let standardDatastoreID: String
    private let pollInterval: PollInterval
    private let tagsImported: Bool
    private let tagsWarned: Bool
    private let metrics: EmbeddedMetrics?
    private let countedRoutes: CountedRoutes

    /// Seconds after the end of a job in which CheckStatus tries again if a row of the index could not be written, or
    /// the event could not be sent.
    private static let patience: TimeInterval = 3_600

    static let settings = PipelineFunction.checkStatus.settings.map {
        FunctionSetting($0.name, $0.purpose, default: $0.defaultValue)
    }

    init(environment: LambdaEnvironment) throws {
        let client = try AWSClient(
            environment: environment.variables, retryPolicy: .functionIsRepeated, logger: environment.logger)
        healthImaging = HealthImagingClient(client: client)
        s3 = S3Client(client: client)
        table = ImportJobTable(name: try environment.required(PipelineSetting.tableName.name), client: client)
        standardDatastoreID = try environment.required(PipelineSetting.datastoreID.name)
        index = InstanceTable(
            name: environment.variables[PipelineSetting.instanceTableName.name],
            datastoreID: standardDatastoreID, client: client)
        events = StudyEvents(
            bus: EventBridgeBus(name: environment.variables[PipelineSetting.eventBusName.name], client: client),
            metrics: environment.metrics)
        history = Self.history(table: environment.variables[PipelineSetting.studyTableName.name], client)
        pollInterval = try PollInterval(environment.required(PipelineSetting.pollSeconds.name))
        tagsImported = environment.variables[PipelineSetting.tagImported.name] == "true"
        tagsWarned = environment.variables[PipelineSetting.tagWarned.name] == "true"
        metrics = environment.metrics
        countedRoutes = try CountedRoutes(environment.variables[PipelineSetting.metricsRoutes.name])
    }

    private static func history(table: String?, _ client: AWSClient) -> (any StudyHistory)? {
        FirstDeliveries(table: table, client: client)
    }

    func handle(_ event: ImportProgress, context: LambdaContext) async throws -> ImportProgress {
        var logger = context.logger
        logger[metadataKey: "deliveryId"] = "\(event.request.deliveryId)"
        logger[metadataKey: "jobId"] = "\(event.jobId)"
        let datastoreID = event.request.datastoreId ?? standardDatastoreID
        let job = try await metrics.countingHealthImagingErrors(busy: { .init("HealthImagingThrottled", $0) }) {
            try await healthImaging.getDICOMImportJob(datastoreID: datastoreID, jobID: event.jobId)
        }
        let output = JobOutputReader(
            s3: s3, folder: try JobOutputReader.folder(of: job, event, datastoreID: datastoreID), logger: logger)
        let look = try await look(at: job, output, of: event.request, logger: logger)
        let progress = event.progressed(by: look.verdict, on: job.jobStatus, age: job.age(at: Date()), pollInterval)
        var reportS3URI: String?
        if let proof = look.proof {
            reportS3URI = try await output.write(
                proof.report(of: event, datastoreID: datastoreID, outcome: look.verdict.outcome))
        }
        try await record(look.verdict, reportS3URI, of: job, event: event, isStartedAgain: progress.startsAgain)
        if look.verdict.outcome != .pending {
            let expected = try await expected(by: look, of: event.request, isStartedAgain: progress.startsAgain, logger)
            try await writeRows(
                of: look, expected, job, event: event, isStartedAgain: progress.startsAgain, logger: logger)
            if !progress.startsAgain {
                try await tell(look, expected, job, event, datastoreID: datastoreID, reportS3URI, logger: logger)
            }
            count(look, of: event, datastoreID: datastoreID, isStartedAgain: progress.startsAgain)
            await remember(job, of: event.request, datastoreID: datastoreID, logger: logger)
        }
        logger.info(
            "import job checked",
            metadata: [
                "jobStatus": "\(job.jobStatus.text)", "outcome": "\(look.verdict.outcome.rawValue)",
                "attempt": "\(event.attempt)", "startsAgain": "\(progress.startsAgain)", "polls": "\(progress.polls)",
                "warnings": "\(look.proof?.warned.count ?? 0)",
            ])
        if let proof = look.proof {
            let tags = RetentionTags(s3: s3, bucket: try S3URI(event.request.inputS3Uri).bucket, logger: logger)
            for tag in RetentionTags.Tag.allCases where tag != .imported || tagsImported {
                await tags.add(tag, to: proof.mayExpire(as: tag, evenWithWarnings: tagsWarned))
            }
        }
        return progress
    }

    // MARK: -

    private typealias Look = (verdict: ImportVerdict, proof: ImportProof?)

    private func look(
        at job: HealthImagingClient.JobProperties, _ output: JobOutputReader, of request: ImportRequest, logger: Logger
    ) async throws -> Look {
        switch job.jobStatus {
        case .submitted, .inProgress: return (.pending, nil)
        case .other(let status):
            logger.warning("unknown job status: the job counts as in progress", metadata: ["jobStatus": "\(status)"])
            return (.pending, nil)
        case .failed: return (.jobFailed(message: job.message), nil)
        case .completed:
            let summary = try await output.summary()
            let mayWait = job.hasEnded(within: ImportVerdict.outputPatience, of: Date())
            guard summary != nil || !mayWait else { return (.pending, nil) }
            let proof = ImportProof(
                expected: try await .of(request, s3: s3, logger: logger), summary: summary,
                results: try await output.results())
            guard !proof.mayGrow || !mayWait else { return (.pending, nil) }
            if let place = proof.results?.unreadable.first {
                logger.warning(
                    "lines about single files cannot be read: the results of these files are not known",
                    metadata: [
                        "count": "\(proof.results?.unreadableCount ?? 0)", "file": "\(place.file)",
                        "line": "\(place.line ?? 0)", "expected": "\(place.expected)",
                    ])
            }
            return (ImportVerdict(proof), proof)
        }
    }

    /// Updates the item. The report that the item points to is written before.
    private func record(
        _ verdict: ImportVerdict, _ reportS3URI: String?, of job: HealthImagingClient.JobProperties,
        event: ImportProgress, isStartedAgain: Bool
    ) async throws {
        var update = ImportJobUpdate(reportS3URI: reportS3URI)
        if job.jobStatus != event.jobStatus { update.jobStatus = job.jobStatus }
        if case .ended(let outcome, _, let findings) = verdict {
            // A repeated start may have written the item again with an earlier status: the final status is always
            // written.
            update.jobStatus = job.jobStatus
            update.ending = .init(
                outcome, at: job.endedAt?.date ?? Date(), findings, isStartedAgain: isStartedAgain)
        }
        try await table.jobProgressed(event.jobId, update)
    }

    /// What the delivery contains. After a job that FAILED it is only read for an index or an event.
    private func expected(
        by look: Look, of request: ImportRequest, isStartedAgain: Bool, _ logger: Logger
    ) async throws -> ExpectedInstances? {
        if let proof = look.proof { return proof.expected }
        guard !isStartedAgain, index != nil || events != nil else { return nil }
        return try await .of(request, s3: s3, logger: logger)
    }

    /// Writes the result of each instance into the index. The item is written before, so the index delays no outcome.
    /// If the table does not answer, this is tried again for an hour; then the rows stay as they are until the import
    /// is started again by hand.
    private func writeRows(
        of look: Look, _ expected: ExpectedInstances?, _ job: HealthImagingClient.JobProperties, event: ImportProgress,
        isStartedAgain: Bool, logger: Logger
    ) async throws {
        guard let index else { return }
        let outcomes = InstanceOutcomes(of: job, event: event, isStartedAgain: isStartedAgain)
        let attempts: [InstanceAttempt] =
            if let proof = look.proof {
                outcomes.attempts(by: proof, outcome: look.verdict.outcome)
            } else {
                expected.map { outcomes.attempts(ofFailedJob: job.message, $0) } ?? []
            }
        let writes = await index.write(attempts, datastoreID: event.request.datastoreId)
        guard let error = writes.error else { return }
        let isRepeated = writes.mayBeRepeated && job.hasEnded(within: Self.patience, of: Date())
        metrics?.emit(
            writes.metrics(isRepeated: isRepeated), properties: ["deliveryId": "\(event.request.deliveryId)"])
        logger.error(
            "the index does not have the outcome of all instances", error: error, metadata: ["left": "\(writes.left)"])
        if isRepeated { throw error }
    }

    /// Tells the bus what became of the delivery. Item and rows are written before, so that a subscriber finds them.
    private func tell(
        _ look: Look, _ expected: ExpectedInstances?, _ job: HealthImagingClient.JobProperties, _ event: ImportProgress,
        datastoreID: String, _ reportS3URI: String?, logger: Logger
    ) async throws {
        guard let events else { return }
        let now = Date()
        var told = DeliveryEvent(
            of: event, datastoreID: datastoreID, look.verdict, look.proof, expected: expected, reportS3URI: reportS3URI,
            endedAt: job.endedAt?.date ?? now)
        do {
            if let history { try await told.takeHistory(history) }
        } catch {
            logger.warning("it is not known whether other deliveries of the studies came before", error: error)
        }
        guard let told = try told.event() else { return }
        try await events.send(
            told, isLastTry: !job.hasEnded(within: Self.patience, of: now), logger: logger)
    }

    /// Keeps how long the job took: it decides when the next jobs are looked at. If it cannot be kept, this is no
    /// reason to look again.
    private func remember(
        _ job: HealthImagingClient.JobProperties, of request: ImportRequest, datastoreID: String, logger: Logger
    ) async {
        guard let seconds = job.secondsToCompletion else { return }
        do {
            let jobTimes = try RecentJobTimesStore(s3: s3, of: request, datastoreID: datastoreID)
            let recent = try await jobTimes.recentTimes()
            try await jobTimes.replaceRecentTimes(RecentJobTimes(after: seconds, before: recent))
        } catch {
            logger.warning("could not store how long the job took", error: error)
        }
    }

    /// Counts the import by its outcome, which is final.
    private func count(_ look: Look, of event: ImportProgress, datastoreID: String, isStartedAgain: Bool) {
        let outcome = look.verdict.outcome
        let ended: [EmbeddedMetrics.Metric] = [
            .init("ImportsImported", outcome == .imported ? 1 : 0),
            .init("ImportsPartial", outcome == .partial ? 1 : 0),
            .init("ImportsFailed", outcome == .failed ? 1 : 0),
            .init("InstancesImported", look.proof?.importedCount ?? 0),
            .init("InstancesWithWarnings", look.proof?.warned.count ?? 0),
            .init("InstancesNotPrimary", look.proof?.nonPrimaryCount ?? 0),
        ]
        let properties = [
            "deliveryId": "\(event.request.deliveryId)", "jobId": event.jobId, "datastoreId": datastoreID,
        ]
        metrics?.emit(isStartedAgain ? [.init("ImportsStartedAgain", 1)] : ended, properties: properties)
        guard !isStartedAgain, let route = event.request.route.flatMap(countedRoutes.value) else { return }
        // Only this one: a metric costs for each hour in which it has a value.
        let metric: EmbeddedMetrics.Metric =
            switch outcome {
            case .imported: .init("ImportsImported", 1)
            case .partial: .init("ImportsPartial", 1)
            case .failed, .pending, .rejected: .init("ImportsFailed", 1)
            }
        metrics?.emit([metric], by: [CountedRoutes.dimension: route], properties: properties)
    }
}
