// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import ImportPipeline
import Logging
import StructuredLog

/// Starts the execution of an import, or writes down why an object cannot be imported.
package struct ImportStarter: Sendable {
    let executions: any ImportExecutions
    let table: any RejectionTable
    let studies: StudyRegister?
    let rows: PendingRows?
    let events: StudyEvents?
    let now: @Sendable () -> Date
    let metrics: EmbeddedMetrics?

    /// `studies` records which imports a study has, and `rows` which instances have an import in progress; `nil`: this is
    /// not recorded. `events` tells that an object was rejected; `nil`: nobody is told.
    package init(
        executions: any ImportExecutions, table: any RejectionTable, studies: StudyRegister?, rows: PendingRows?,
        events: StudyEvents?, now: @escaping @Sendable () -> Date, metrics: EmbeddedMetrics?
    ) {
        self.executions = executions
        self.table = table
        self.studies = studies
        self.rows = rows
        self.events = events
        self.now = now
        self.metrics = metrics
    }

    /// Studies and instances are recorded after the execution was started, so that their tables delay no import. Throws
    /// if the studies were not recorded and may be: then the caller must not remove what tells that work is left.
    func start(_ request: ImportRequest, of instances: [InstanceAttempt], logger: Logger) async throws -> IntakeResult {
        let result: IntakeResult.Result =
            switch try await executions.start(request) {
            case .started: .started
            case .alreadyStarted: .alreadyStarted
            }
        var metadata: Logger.Metadata = [
            "deliveryId": "\(request.deliveryId)", "importId": "\(request.importId)",
            "studyCount": "\(request.studyCount)", "instanceCount": "\(request.instanceCount)",
            "result": "\(result.rawValue)",
        ]
        metadata["studyInstanceUID"] = request.studyInstanceUID.map { "\($0)" }
        metadata["datastoreId"] = request.datastoreId.map { "\($0)" }
        logger.info("import requested", metadata: metadata)
        let areWritten =
            await rows?.write(instances, of: request.importId, datastoreID: request.datastoreId, logger: logger) ?? true
        let uids = Set(instances.compactMap { $0[.studyInstanceUID] })
        try await studies?.add(request, studies: uids, logger: logger)
        return IntakeResult(
            result, deliveryId: request.deliveryId, instanceCount: request.instanceCount, hasRowsLeft: !areWritten)
    }

    /// The event is sent before the item is written: once the item exists, nothing repeats this work.
    func reject(_ rejection: Rejection, logger: Logger) async throws -> IntakeResult {
        var logger = logger
        logger[metadataKey: "deliveryId"] = "\(rejection.deliveryId)"
        let date = now()
        if let events, let event = try DeliveryEvent(rejection, at: date).event() {
            do {
                try await events.send(event, logger: logger)
            } catch {
                throw RejectionUntold(cause: error)
            }
        }
        try await table.rejected(rejection, at: date)
        metrics?.emit([.init("ObjectsRejected", 1)], properties: ["deliveryId": "\(rejection.deliveryId)"])
        logger.warning("object rejected", metadata: ["reason": "\(rejection.message)"])
        return IntakeResult(.rejected, deliveryId: rejection.deliveryId)
    }
}

/// The event of a rejected object could not be sent yet.
struct RejectionUntold: NamedError, CustomStringConvertible {
    let cause: any Error

    var errorName: String { cause.reportedName }
    var errorClass: ErrorClass? { cause.reportedClass }
    var description: String { "the event of a rejected object could not be sent: \(cause)" }
}
