import AWS
import ImportPipeline
import LambdaRuntime
import Logging
import StructuredLog

/// Turns what S3 says has arrived into executions of the state machine: one for a delivery, however often it is told. On a
/// schedule it closes the deliveries that nobody else will close.
@main
struct TriggerImportFunction: LambdaHandler {
    private let intake: ObjectIntake
    private let recovery: DeliveryRecovery
    private let metrics: EmbeddedMetrics?

    init(environment: LambdaEnvironment) throws {
        let client = try AWSClient(environment: environment.variables, logger: environment.logger)
        let s3 = S3Client(client: client)
        let bucket = try environment.required("DICOM_BUCKET")
        recovery = DeliveryRecovery(s3: s3, bucket: bucket)
        intake = ObjectIntake(
            s3: s3, bucket: bucket, stepFunctions: StepFunctionsClient(client: client),
            table: ImportJobTable(name: try environment.required("TABLE_NAME"), client: client),
            stateMachineARN: try environment.required("STATE_MACHINE_ARN"),
            outputRoot: try environment.required("OUTPUT_S3_URI"), metrics: environment.metrics)
        metrics = environment.metrics
    }

    func handle(_ event: TriggerImportEvent, context: LambdaContext) async throws -> TriggerImportOutput {
        let logger = context.logger
        let time = WorkingTime(context)
        let batch = ObjectBatch(time: time, logger: logger) { [intake] in try await intake.take($0, logger: logger) }
        switch event {
        case .objects(let objects): return .objects(try await batch.results(of: objects))
        case .messages(let messages): return .messages(failed: await batch.failures(among: messages))
        case .schedule: return .sweep(try await sweep(within: time, logger: logger))
        }
    }

    private func sweep(within time: WorkingTime, logger: Logger) async throws -> DeliveryRecovery.Outcome {
        do {
            let outcome = try await recovery.sweep(within: time, logger: logger)
            count(recovered: outcome.recovered.count, failed: outcome.failed)
            return outcome
        } catch {
            count(recovered: 0, failed: 1)
            throw error
        }
    }

    private func count(recovered: Int, failed: Int) {
        metrics?.emit([.init("DeliveriesRecovered", recovered), .init("RecoveriesFailed", failed)])
    }
}
