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

    static let settings = [
        FunctionSetting("DICOM_BUCKET", "the only bucket whose objects are imported"),
        FunctionSetting("STATE_MACHINE_ARN", "each import is an execution of it"),
        FunctionSetting("TABLE_NAME", "the import job table"),
        FunctionSetting("INSTANCE_TABLE_NAME", "the index of instances; without it nothing is written there"),
        FunctionSetting("DATASTORE_ID", "the HealthImaging data store, with INSTANCE_TABLE_NAME"),
        FunctionSetting("OUTPUT_S3_URI", "s3://bucket/, below which each delivery's results go"),
        FunctionSetting("INBOX_TAKEN", "delete, the default, or move: what becomes of an object of inbox/"),
        FunctionSetting("AUDIT_AFTER_SECONDS", "86400, the default: how old an audit is when it is looked at again"),
        FunctionSetting("METRICS_NAMESPACE, METRICS_SERVICE", "where metrics go; without the first none are written"),
    ]

    init(environment: LambdaEnvironment) throws {
        let client = try AWSClient(
            environment: environment.variables, retryPolicy: .functionIsRepeated, logger: environment.logger)
        let s3 = S3Client(client: client)
        for name in ["DICOM_BUCKET", "OUTPUT_S3_URI"] { _ = try environment.required(name) }
        let settings = try IntakeSettings(environment: environment.variables)
        let bucket = S3IntakeBucket(s3: s3, name: settings.bucketName)
        let table = RejectionItems(
            table: ImportJobTable(name: try environment.required("TABLE_NAME"), client: client))
        let starter = ImportStarter(
            executions: StepFunctionsExecutions(
                stepFunctions: StepFunctionsClient(client: client),
                stateMachineARN: try environment.required("STATE_MACHINE_ARN")),
            table: table, rows: try Self.rows(environment, client, clock), now: { Date() }, metrics: environment.metrics
        )
        let manifests = ManifestIntake(
            bucket: bucket, bucketName: settings.bucketName, starter: starter, outputRoot: settings.outputRoot)
        let inbox = InboxIntake(
            bucket: S3InboxBucket(s3: s3, name: settings.bucketName), bucketName: settings.bucketName, starter: starter,
            outputRoot: settings.outputRoot, taken: settings.inboxTaken)
        metrics = environment.metrics
        intake = ObjectIntake(bucketName: settings.bucketName, manifests: manifests, inbox: inbox, metrics: metrics)
        sweep = Sweep(
            bucket: bucket, manifests: manifests, inbox: inbox, table: table, auditAfter: settings.auditAfter,
            now: { Date() }, clock: clock)
    }

    func handle(_ event: TriggerImportEvent, context: LambdaContext) async throws -> TriggerImportOutput {
        let logger = context.logger
        let time = WorkingTime { context.remainingTime() }
        let batch = ObjectBatch(time: time, clock: clock, logger: logger) { [intake] in
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

    private static func rows(
        _ environment: LambdaEnvironment, _ client: AWSClient, _ clock: ContinuousClock
    ) throws -> PendingRows? {
        let name = environment.variables["INSTANCE_TABLE_NAME"]
        let datastoreID = try name.map { _ in try environment.required("DATASTORE_ID") }
        return InstanceTable(name: name, datastoreID: datastoreID ?? "", client: client)
            .map { PendingRows(index: $0, clock: clock, now: { Date() }, metrics: environment.metrics) }
    }

    private func count(_ outcome: SweepOutcome) {
        metrics?.emit([
            .init("DeliveriesRecovered", outcome.recovered.count), .init("RecoveriesFailed", outcome.failed),
            .init("ImportsStartedBySweep", outcome.started), .init("AuditsClosed", outcome.auditsClosed),
            .init("InstancesFoundLate", outcome.instancesFoundLate),
            // An alarm rings if this metric is missing.
            .init("SweepsEnded", 1),
        ])
    }
}
