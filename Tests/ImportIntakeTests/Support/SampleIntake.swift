// SPDX-License-Identifier: Apache-2.0

import Foundation
import Synchronization
import TestLog

@testable import ImportIntake
@testable import ImportPipeline

/// The intake over a bucket in memory. It keeps the executions that were started and the rejections that were written.
struct SampleIntake {
    final class Executions: ImportExecutions {
        private struct State {
            var requests: [ImportID: ImportRequest] = [:]
            var ended: Set<ImportID> = []
            /// Of executions by name; another one runs if it was started.
            var states: [String: ExecutionState] = [:]
            var asked: [String] = []
        }

        private let state = Mutex(State())

        var started: Set<ImportID> { state.withLock { Set($0.requests.keys) } }

        func request(of id: ImportID) -> ImportRequest? { state.withLock { $0.requests[id] } }

        /// All executions that were started.
        func end() {
            state.withLock { $0.ended = Set($0.requests.keys) }
        }

        /// The names of the executions whose states were asked for.
        var asked: [String] { state.withLock { $0.asked } }

        func set(_ state: ExecutionState, of id: ImportID) {
            self.state.withLock { $0.states["\(id)"] = state }
        }

        func state(of name: String) async throws -> ExecutionState {
            state.withLock { state in
                state.asked.append(name)
                return state.states[name] ?? .running
            }
        }

        func start(_ request: ImportRequest) async throws -> ExecutionStart {
            state.withLock { state in
                // Step Functions refuses a name with another input, and a name whose execution has ended.
                if state.requests[request.importId] == nil { state.requests[request.importId] = request }
                let isOther = state.requests[request.importId] != request
                return isOther || state.ended.contains(request.importId) ? .alreadyStarted : .started
            }
        }
    }

    final class Table: RejectionTable {
        private let rejections = Mutex<[Rejection]>([])

        var messages: [String] { rejections.withLock { $0.map(\.message) } }

        var rejected: [DeliveryID] { rejections.withLock { $0.map(\.deliveryId) } }

        func rejected(_ rejection: Rejection, at date: Date) async throws {
            rejections.withLock { $0.append(rejection) }
        }

        func isRejected(_ delivery: DeliveryID) async throws -> Bool { rejected.contains(delivery) }
    }

    let bucket = ModelBucket()
    let executions = Executions()
    let table = Table()
    let log = RecordedLog()
    var inboxTaken = InboxTaken.delete
    var studies: StudyRegister?
    var settling: StudySettling?
    var rows: PendingRows?
    var events: StudyEvents?
    var datastores = PermittedDatastores(standard: nil, further: nil)

    private var starter: ImportStarter {
        ImportStarter(
            executions: executions, table: table, studies: studies, rows: rows, events: events,
            now: { [bucket] in bucket.now }, metrics: nil)
    }

    var manifests: ManifestIntake {
        ManifestIntake(
            bucket: bucket, bucketName: "b", starter: starter, outputRoot: "s3://out/",
            datastores: datastores)
    }

    var inbox: InboxIntake {
        InboxIntake(bucket: bucket, bucketName: "b", starter: starter, outputRoot: "s3://out/", taken: inboxTaken)
    }

    var objects: ObjectIntake {
        ObjectIntake(bucketName: "b", manifests: manifests, inbox: inbox, metrics: nil)
    }

    func sweep(seconds: Int = 120) async -> SweepOutcome {
        await sweep(within: WorkingTime { .seconds(seconds) })
    }

    func sweep(within time: WorkingTime) async -> SweepOutcome {
        await Sweep(
            bucket: bucket, manifests: manifests, inbox: inbox, settling: settling, table: table, auditAfter: 86_400,
            now: { [bucket] in bucket.now }, clock: PatientClock()
        ).run(within: time, logger: log.logger)
    }

    /// Takes the event of an object that exists.
    func takeEvent(of key: String) async throws -> IntakeResult.Result {
        let object = try await bucket.head(key: key)
        return try await objects.take(
            CreatedObject(bucket: "b", key: key, eTag: object?.eTag.trimmingCharacters(in: ["\""])),
            logger: log.logger
        ).result
    }
}
