// SPDX-License-Identifier: Apache-2.0

import AWS
import FoundationEssentials
import ImportIntake
import ImportPipeline
import LambdaRuntime
import Logging
import StructuredLog

/// Starts an execution of the state machine for each import that an event of S3 asks for: one execution, even if the
/// event is delivered several times. On a schedule it sweeps: see `Sweep`.
@main
struct TriggerImportFunction: LambdaHandler {
    private let intake: ObjectIntake
    private let sweep: Sweep
    private let clock = ContinuousClock()
    private let metrics: EmbeddedMetrics?

    static let settings = PipelineFunction.triggerImport.settings.map {
        FunctionSetting($0.name, $0.purpose, default: $0.defaultValue)
    }

    init(environment: LambdaEnvironment) throws {
        let client = try AWSClient(
            environment: environment.variables, retryPolicy: .functionIsRepeated, logger: environment.logger)
        let s3 = S3Client(client: client)
        for setting in [PipelineSetting.bucket, .outputURI] { _ = try environment.required(setting.name) }
        let settings = try IntakeSettings(environment: environment.variables)
        let bucket = S3IntakeBucket(s3: s3, name: settings.bucketName)
        let table = RejectionItems(
            table: ImportJobTable(name: try environment.required(PipelineSetting.tableName.name), client: client))
        let executions = StepFunctionsExecutions(
            stepFunctions: StepFunctionsClient(client: client),
            stateMachineARN: try environment.required(PipelineSetting.stateMachineARN.name))
        let events = StudyEvents(
            bus: EventBridgeBus(name: environment.variables[PipelineSetting.eventBusName.name], client: client),
            metrics: environment.metrics)
        let items = Self.studies(table: environment.variables[PipelineSetting.studyTableName.name], client)
        // Without a bus it could never be told that a study settled.
        let quiet = events.flatMap { _ in settings.studyQuiet }
        var (studies, settling): (StudyRegister?, StudySettling?)
        if let items {
            let datastoreID = try environment.required(PipelineSetting.datastoreID.name)
            studies = StudyRegister(
                items: items, datastoreID: datastoreID, quiet: quiet, clock: clock, now: { Date() },
                metrics: environment.metrics)
            if let events, quiet != nil {
                settling = StudySettling(
                    items: items, events: events, datastoreID: datastoreID, bucket: bucket, executions: executions,
                    now: { Date() })
            }
        }
        let starter = ImportStarter(
            executions: executions, table: table, studies: studies, rows: try Self.rows(environment, client, clock),
            events: events, now: { Date() }, metrics: environment.metrics)
        let manifests = ManifestIntake(
            bucket: bucket, bucketName: settings.bucketName, starter: starter, outputRoot: settings.outputRoot,
            datastores: PermittedDatastores(environment: environment.variables))
        let inbox = InboxIntake(
            bucket: S3InboxBucket(s3: s3, name: settings.bucketName), bucketName: settings.bucketName, starter: starter,
            outputRoot: settings.outputRoot, taken: settings.inboxTaken)
        metrics = environment.metrics
        intake = ObjectIntake(bucketName: settings.bucketName, manifests: manifests, inbox: inbox, metrics: metrics)
        sweep = Sweep(
            bucket: bucket, manifests: manifests, inbox: inbox, settling: settling, table: table,
            auditAfter: settings.auditAfter, now: { Date() }, clock: clock)
    }

    func handle(_ event: TriggerImportEvent, context: LambdaContext) async throws -> TriggerImportOutput {
        let logger = context.logger
        let time = WorkingTime { context.remainingTime() }
        let batch = ObjectBatch(time: time, clock: clock, logger: logger, metrics: metrics) { [intake] in
            try await intake.take($0, logger: logger)
        }
        switch event {
        case .objects(let objects): return .objects(try await batch.results(of: objects))
        case .messages(let messages): return .messages(failed: await batch.failures(among: messages))
        case .schedule:
            let outcome = await sweep.run(within: time, logger: logger)
            count(outcome)
            return .sweep(outcome)
        }
    }

    private static func studies(table: String?, _ client: AWSClient) -> (any StudyItems)? {
        StudyTable(name: table, client: client)
    }

    private static func rows(
        _ environment: LambdaEnvironment, _ client: AWSClient, _ clock: ContinuousClock
    ) throws -> PendingRows? {
        let name = environment.variables[PipelineSetting.instanceTableName.name]
        let datastoreID = try name.map { _ in try environment.required(PipelineSetting.datastoreID.name) }
        return InstanceTable(name: name, datastoreID: datastoreID ?? "", client: client)
            .map { PendingRows(index: $0, clock: clock, now: { Date() }, metrics: environment.metrics) }
    }

    private func count(_ outcome: SweepOutcome) {
        metrics?.emit([
            .init("DeliveriesRecovered", outcome.recovered.count), .init("RecoveriesFailed", outcome.failed),
            .init("ImportsStartedBySweep", outcome.started), .init("AuditsClosed", outcome.auditsClosed),
            .init("InstancesFoundLate", outcome.instancesFoundLate),
            .init("StudiesSettled", outcome.studiesSettled),
            // An alarm rings if this metric is missing.
            .init("SweepsEnded", 1),
        ])
    }
}
