import AWS
import ImportPipeline
import LambdaRuntime

/// Turns what S3 says has arrived into executions of the state machine: one for a delivery, however often it is told.
@main
struct TriggerImportFunction: LambdaHandler {
    private let intake: ObjectIntake

    init(environment: LambdaEnvironment) throws {
        let client = try AWSClient(environment: environment.variables, logger: environment.logger)
        intake = ObjectIntake(
            s3: S3Client(client: client), stepFunctions: StepFunctionsClient(client: client),
            table: ImportJobTable(name: try environment.required("TABLE_NAME"), client: client),
            stateMachineARN: try environment.required("STATE_MACHINE_ARN"),
            outputRoot: try environment.required("OUTPUT_S3_URI"))
    }

    func handle(_ event: TriggerImportEvent, context: LambdaContext) async throws -> TriggerImportOutput {
        switch event {
        case .objects(let objects):
            var results: [TriggerImportOutput.ObjectResult] = []
            for object in objects { results.append(try await intake.take(object, logger: context.logger)) }
            return .objects(results)
        case .messages(let messages):
            return .messages(failed: await failures(among: messages, context: context))
        }
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
