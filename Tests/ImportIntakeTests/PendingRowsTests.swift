// SPDX-License-Identifier: Apache-2.0

import AWS
import Foundation
import SampleDocuments
import StructuredLog
import Synchronization
import Testing

@testable import ImportIntake
@testable import ImportPipeline

@Suite("Rows of imports in progress")
struct PendingRowsTests {
    /// Answers as a test tells it to.
    final class Index: InstanceIndex {
        private let written = Mutex<[InstanceAttempt]>([])
        private let failure = Mutex<(any Error)?>(nil)
        private let calls = Mutex(0)
        private let stores = Mutex<[String?]>([])

        var attempts: [InstanceAttempt] { written.withLock { $0 } }
        var callCount: Int { calls.withLock { $0 } }

        func fail(with error: (any Error)?) {
            failure.withLock { $0 = error }
        }

        var datastores: [String?] { stores.withLock { $0 } }

        func write(_ attempts: [InstanceAttempt], datastoreID: String?) async -> InstanceWrites {
            calls.withLock { $0 += 1 }
            stores.withLock { $0.append(datastoreID) }
            let error = failure.withLock { $0 }
            if error == nil { written.withLock { $0 += attempts } }
            return InstanceWrites(left: error == nil ? 0 : attempts.count, error: error)
        }
    }

    private let index = Index()
    private let intake: SampleIntake
    private let id = SampleDeliveries.id(1)
    private var key: String { BucketLayout.manifestKey(of: ImportID(id)) }

    private static func error(_ status: Int, _ code: String) -> AWSServiceError {
        AWSServiceError(service: "dynamodb", operation: "PutItem", statusCode: status, code: code, message: "m")
    }

    init() {
        var intake = SampleIntake()
        intake.rows = PendingRows(
            index: index, clock: PatientClock(), now: { [bucket = intake.bucket] in bucket.now }, metrics: nil)
        self.intake = intake
        intake.bucket.lay(id)
        let manifest = SampleDeliveries.manifest(id, ["1.4", "1.5"])
        intake.bucket.put(manifest, key: BucketLayout.manifestKey(of: ImportID(id)))
    }

    @Test("Rows are written after the manifest was read, and again when its event is repeated")
    func manifest() async throws {
        for _ in 0..<2 { #expect(try await intake.takeEvent(of: key) == .started) }
        #expect(index.attempts.map(\.sopInstanceUID) == ["1.4", "1.5", "1.4", "1.5"])
        #expect(index.attempts.allSatisfy { $0.outcome == .pending && $0.importID == ImportID(id) })
        #expect(index.attempts.first?[.receivedAt] == "2026-11-23T23:53:20Z")
    }

    @Test("The rows are those of the data store that the manifest names")
    func datastore() async throws {
        var intake = intake
        let store = String(repeating: "a", count: 32)
        intake.datastores = PermittedDatastores(standard: nil, further: store)
        let routed = SampleDeliveries.manifest(SampleDeliveries.id(2), datastore: store)
        intake.bucket.put(routed, key: BucketLayout.manifestKey(of: ImportID(SampleDeliveries.id(2))))
        for id in [id, SampleDeliveries.id(2)] {
            #expect(try await intake.takeEvent(of: BucketLayout.manifestKey(of: ImportID(id))) == .started)
        }
        #expect(index.datastores == [nil, store])
    }

    @Test(
        "If the table is throttled, the import is started all the same, and the event is delivered again for the rows")
    func throttled() async throws {
        index.fail(with: Self.error(400, "ThrottlingException"))
        await #expect(throws: InstanceRowsLeft()) { try await intake.takeEvent(of: key) }
        #expect(intake.executions.started == [ImportID(id)])
        #expect(!intake.bucket.hasMarker(of: id))
        index.fail(with: nil)
        // The table is not asked for a while.
        await #expect(throws: InstanceRowsLeft()) { try await intake.takeEvent(of: key) }
        #expect(index.callCount == 1)
        intake.bucket.now += 31
        #expect(try await intake.takeEvent(of: key) == .started)
        #expect(index.attempts.count == 2)
    }

    @Test("If the table does not exist, the event succeeds: repeating it would not help")
    func gone() async throws {
        index.fail(with: Self.error(400, "ResourceNotFoundException"))
        #expect(try await intake.takeEvent(of: key) == .started)
        #expect(!intake.bucket.hasMarker(of: id))
        #expect(intake.log.lines.joined().contains("instances are not in the index as pending"))
    }

    private final class Lines: Sendable {
        let written = Mutex("")
    }

    @Test(
        "Rows that nobody tries to write again are counted as lost, others only as left",
        arguments: [
            ("ResourceNotFoundException", true), ("AccessDeniedException", true), ("ThrottlingException", false),
        ])
    func lost(code: String, isLost: Bool) async {
        let lines = Lines()
        let metrics = EmbeddedMetrics(
            namespace: "N", dimensions: [:],
            write: { line in lines.written.withLock { $0 += String(decoding: line, as: UTF8.self) } })
        let rows = PendingRows(
            index: index, clock: PatientClock(), now: { Date(timeIntervalSince1970: 0) }, metrics: metrics)
        index.fail(with: Self.error(400, code))
        let attempts = SampleDeliveries.manifest(id, ["1.4", "1.5"]).pendingInstances(of: ImportID(id))
        _ = await rows.write(attempts, of: ImportID(id), datastoreID: nil, logger: intake.log.logger)
        let written = lines.written.withLock { $0 }
        #expect(written.contains(#""InstanceRowsLeft":2"#))
        #expect(written.contains(#""InstanceRowsLost":2"#) == isLost)
    }

    @Test("A sweep starts the import of a lost event even if the rows cannot be written")
    func sweep() async throws {
        index.fail(with: Self.error(503, "ServiceUnavailable"))
        intake.bucket.layLease()
        intake.bucket.now += 700
        let outcome = await intake.sweep()
        #expect(outcome.started == 1 && outcome.failed == 0)
        #expect(!intake.bucket.hasMarker(of: id))
    }

    @Test("A rejected manifest has no rows")
    func rejected() async throws {
        intake.bucket[key] = "{}"
        #expect(try await intake.takeEvent(of: key) == .rejected)
        #expect(index.callCount == 0)
    }
}
