import AWS
import FoundationEssentials
import ImportPipeline
import LambdaRuntime
import StartQueue
import StructuredLog

/// Starts import jobs in the order of the start queue, and answers the executions that wait for them.
@main
struct StartImportJobFunction: LambdaHandler {
    private let starts: QueuedStarts

    static let settings = [
        FunctionSetting("TABLE_NAME", "the import job table"),
        FunctionSetting("DATASTORE_ID", "the HealthImaging data store"),
        FunctionSetting("DATA_ACCESS_ROLE_ARN", "the role that HealthImaging assumes"),
        FunctionSetting("START_QUEUE_URL", "the queue that it takes messages from"),
        FunctionSetting("POLL_SECONDS", "seconds to the first look while no job has ended, 1 to 3600"),
        FunctionSetting("METRICS_NAMESPACE, METRICS_SERVICE", "where metrics go; without the first none are written"),
    ]

    init(environment: LambdaEnvironment) throws {
        let client = try AWSClient(
            environment: environment.variables, retryPolicy: .functionIsRepeated, logger: environment.logger)
        let jobs = HealthImagingJobs(
            client: client, tableName: try environment.required("TABLE_NAME"),
            datastoreID: try environment.required("DATASTORE_ID"),
            dataAccessRoleARN: try environment.required("DATA_ACCESS_ROLE_ARN"),
            pollInterval: try PollInterval(environment.required("POLL_SECONDS")), now: { Date() },
            metrics: environment.metrics)
        starts = QueuedStarts(
            jobs: jobs, executions: StepFunctionsAnswers(stepFunctions: StepFunctionsClient(client: client)),
            messages: SQSMessages(
                sqs: SQSClient(client: client), queueURL: try environment.required("START_QUEUE_URL")),
            clock: ContinuousClock(), random: { .random(in: 0...1) }, metrics: environment.metrics)
    }

    func handle(_ event: QueueEvent, context: LambdaContext) async throws -> BatchItemFailures {
        BatchItemFailures(
            of: try await starts.failures(
                among: event.messages, remaining: { context.remainingTime() }, logger: context.logger))
    }
}
