import AWS
import FoundationEssentials
import ImportPipeline
import LambdaRuntime
import StructuredLog

/// Starts the delivery's import job and writes its item. Called by the state machine, perhaps more than once for an attempt:
/// the client token follows from the delivery's id and the attempt, so one job results.
@main
struct StartImportJobFunction: LambdaHandler {
    private let healthImaging: HealthImagingClient
    private let table: ImportJobTable
    private let datastoreID: String
    private let dataAccessRoleARN: String
    private let pollInterval: PollInterval
    private let metrics: EmbeddedMetrics?

    static let settings = [
        FunctionSetting("TABLE_NAME", "the import job table"),
        FunctionSetting("DATASTORE_ID", "the HealthImaging data store"),
        FunctionSetting("DATA_ACCESS_ROLE_ARN", "the role that HealthImaging assumes"),
        FunctionSetting("POLL_SECONDS", "between two looks at a job, 1 to 3600"),
        FunctionSetting("METRICS_NAMESPACE, METRICS_SERVICE", "where metrics go; without the first none are written"),
    ]

    init(environment: LambdaEnvironment) throws {
        let client = try AWSClient(
            environment: environment.variables, retryPolicy: .functionIsRepeated, logger: environment.logger)
        healthImaging = HealthImagingClient(client: client)
        table = ImportJobTable(name: try environment.required("TABLE_NAME"), client: client)
        datastoreID = try environment.required("DATASTORE_ID")
        dataAccessRoleARN = try environment.required("DATA_ACCESS_ROLE_ARN")
        pollInterval = try PollInterval(environment.required("POLL_SECONDS"))
        metrics = environment.metrics
    }

    func handle(_ event: ImportStart, context: LambdaContext) async throws -> ImportProgress {
        let request = event.request
        let token = request.clientToken(attempt: event.attempt)
        let start = HealthImagingClient.StartDICOMImportJob(
            jobName: token, dataAccessRoleArn: dataAccessRoleARN, clientToken: token, inputS3Uri: request.inputS3Uri,
            outputS3Uri: request.outputS3Uri)
        let job = try await metrics.countingHealthImagingErrors {
            try await healthImaging.startDICOMImportJob(datastoreID: datastoreID, start)
        }
        try await table.jobStarted(
            job, at: job.submittedAt?.date ?? Date(), for: request, attempt: event.attempt, datastoreID: datastoreID,
            dataAccessRoleArn: dataAccessRoleARN)
        context.logger.info(
            "import job started",
            metadata: [
                "deliveryId": "\(request.deliveryId)", "jobId": "\(job.jobId)",
                "instanceCount": "\(request.instanceCount)", "attempt": "\(event.attempt)",
            ])
        return ImportProgress(
            request: request, attempt: event.attempt, busyAttempts: event.busyAttempts, jobId: job.jobId,
            jobStatus: job.jobStatus, outcome: .pending, waitSeconds: pollInterval.seconds, polls: 0)
    }
}
