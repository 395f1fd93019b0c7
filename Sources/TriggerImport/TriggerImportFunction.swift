import AWS
import ImportPipeline
import LambdaRuntime
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
        recovery = DeliveryRecovery(s3: s3, bucket: try environment.required("DICOM_BUCKET"))
        intake = ObjectIntake(
            s3: s3, stepFunctions: StepFunctionsClient(client: client),
            table: ImportJobTable(name: try environment.required("TABLE_NAME"), client: client),
            stateMachineARN: try environment.required("STATE_MACHINE_ARN"),
            outputRoot: try environment.required("OUTPUT_S3_URI"), metrics: environment.metrics)
        metrics = environment.metrics
    }

    func handle(_ event: TriggerImportEvent, context: LambdaContext) async throws -> TriggerImportOutput {
        switch event {
        case .objects(let objects):
            var results: [TriggerImportOutput.ObjectResult] = []
            for object in objects { results.append(try await intake.take(object, logger: context.logger)) }
            return .objects(results)
        case .messages(let messages):
            return .messages(failed: await failures(among: messages, context: context))
        case .schedule:
            return .sweep(try await sweep(context))
        }
    }

    private func sweep(_ context: LambdaContext) async throws -> DeliveryRecovery.Outcome {
        do {
            let outcome = try await recovery.sweep(logger: context.logger)
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

    /// A message that fails comes again after the queue's visibility timeout and ends in the dead-letter queue.
    private func failures(among messages: [QueueMessage], context: LambdaContext) async -> [String] {
        var failed: [String] = []
        for message in messages {
            do {
                for object in try message.objects() { _ = try await intake.take(object, logger: context.logger) }
            } catch {
                context.logger.error(
                    "message failed, the queue will deliver it again", error: error,
                    metadata: ["messageId": "\(message.messageId)"])
                failed.append(message.messageId)
            }
        }
        return failed
    }
}
