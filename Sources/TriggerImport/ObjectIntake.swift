import AWS
import FoundationEssentials
import ImportPipeline
import Logging
import StructuredLog

/// Takes one new object: a delivery's manifest or an object in the inbox becomes an execution, or an item that says why
/// not.
struct ObjectIntake: Sendable {
    private let bucket: String
    private let stepFunctions: StepFunctionsClient
    private let table: ImportJobTable
    private let stateMachineARN: String
    private let manifests: ManifestIntake
    private let inbox: InboxIntake
    private let metrics: EmbeddedMetrics?

    init(
        s3: S3Client, bucket: String, stepFunctions: StepFunctionsClient, table: ImportJobTable,
        stateMachineARN: String, outputRoot: String, metrics: EmbeddedMetrics?
    ) {
        self.bucket = bucket
        self.metrics = metrics
        self.stepFunctions = stepFunctions
        self.table = table
        self.stateMachineARN = stateMachineARN
        manifests = ManifestIntake(s3: s3, outputRoot: outputRoot)
        inbox = InboxIntake(s3: s3, outputRoot: outputRoot)
    }

    func take(_ object: CreatedObject, logger: Logger) async throws -> TriggerImportOutput.ObjectResult {
        do {
            guard let request = try await request(for: object) else {
                logger.info("object ignored: no manifest, not in the inbox, or written again since")
                return .init(result: .ignored, deliveryId: nil)
            }
            let result = try await start(request)
            if result == .started {
                metrics?.emit([.init("ImportsStarted", 1)], properties: ["deliveryId": "\(request.deliveryId)"])
            }
            logger.info(
                "import requested",
                metadata: [
                    "deliveryId": "\(request.deliveryId)", "studyInstanceUID": "\(request.studyInstanceUID)",
                    "instanceCount": "\(request.instanceCount)", "result": "\(result.rawValue)",
                ])
            return .init(result: result, deliveryId: request.deliveryId)
        } catch let rejection as Rejection {
            try await table.rejected(rejection, at: Date())
            metrics?.emit([.init("ObjectsRejected", 1)], properties: ["deliveryId": "\(rejection.deliveryId)"])
            logger.warning(
                "object rejected",
                metadata: ["deliveryId": "\(rejection.deliveryId)", "reason": "\(rejection.message)"])
            return .init(result: .rejected, deliveryId: rejection.deliveryId)
        }
    }

    private func request(for object: CreatedObject) async throws -> ImportRequest? {
        guard object.bucket == bucket else {
            throw DocumentError(path: "bucket", expected: "\(bucket), the only one whose objects are imported")
        }
        do {
            if let id = BucketLayout.importID(ofManifestKey: object.key) {
                return try await manifests.request(for: id, in: object)
            }
            guard BucketLayout.isInInbox(object.key) else { return nil }
            return try await inbox.request(for: object)
        } catch let error as AWSServiceError where error.statusCode == 412 {
            // Somebody wrote the object again after this event: that has an event of its own.
            return nil
        }
    }

    private func start(_ request: ImportRequest) async throws -> TriggerImportOutput.ObjectResult.Result {
        do {
            let input = String(decoding: try PipelineJSON.encode(request), as: UTF8.self)
            try await stepFunctions.startExecution(
                stateMachineARN: stateMachineARN, name: request.importId.description, input: input)
            return .started
        } catch let error as AWSServiceError where error.code == "ExecutionAlreadyExists" {
            return .alreadyStarted
        }
    }
}
