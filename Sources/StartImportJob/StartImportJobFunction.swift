// SPDX-License-Identifier: Apache-2.0

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

    static let settings = PipelineFunction.startImportJob.settings.map {
        FunctionSetting($0.name, $0.purpose, default: $0.defaultValue)
    }

    init(environment: LambdaEnvironment) throws {
        let client = try AWSClient(
            environment: environment.variables, retryPolicy: .functionIsRepeated, logger: environment.logger)
        let jobs = HealthImagingJobs(
            client: client, tableName: try environment.required(PipelineSetting.tableName.name),
            standardDatastoreID: try environment.required(PipelineSetting.datastoreID.name),
            datastores: PermittedDatastores(environment: environment.variables),
            dataAccessRoleARN: try environment.required(PipelineSetting.dataAccessRoleARN.name),
            pollInterval: try PollInterval(environment.required(PipelineSetting.pollSeconds.name)), now: { Date() },
            metrics: environment.metrics)
        starts = QueuedStarts(
            jobs: jobs, executions: StepFunctionsAnswers(stepFunctions: StepFunctionsClient(client: client)),
            messages: SQSMessages(
                sqs: SQSClient(client: client), queueURL: try environment.required(PipelineSetting.startQueueURL.name)),
            clock: ContinuousClock(), random: { .random(in: 0...1) }, now: { Date() },
            metrics: environment.metrics)
    }

    func handle(_ event: QueueEvent, context: LambdaContext) async throws -> BatchItemFailures {
        BatchItemFailures(
            of: try await starts.failures(
                among: event.messages, remaining: { context.remainingTime() }, logger: context.logger))
    }
}
