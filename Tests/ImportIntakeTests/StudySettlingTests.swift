// SPDX-License-Identifier: Apache-2.0

import AWS
import Foundation
import SampleDocuments
import StructuredLog
import Testing

@testable import ImportIntake
@testable import ImportPipeline

@Suite("Studies that settle", .timeLimit(.minutes(2)))
struct StudySettlingTests {
    private let studies = ModelStudies()
    private let bus = RecordedBus()
    private let intake: SampleIntake
    private let id = SampleDeliveries.id(1)
    private var bucket: ModelBucket { intake.bucket }

    init() {
        var intake = SampleIntake()
        let (studies, bucket, executions) = (studies, intake.bucket, intake.executions)
        let now = { @Sendable in bucket.now }
        intake.studies = StudyRegister(
            items: studies, datastoreID: "d", quiet: 60, clock: PatientClock(), now: now, metrics: nil)
        intake.settling = StudyEvents(bus: bus, metrics: nil).map {
            StudySettling(
                items: studies, events: $0, datastoreID: "d", bucket: bucket, executions: executions, now: now)
        }
        self.intake = intake
    }

    /// A delivery whose import was started; its study settles after a minute.
    private func importDelivery(_ number: Int = 1, _ state: ExecutionState? = nil) async throws {
        let id = SampleDeliveries.id(number)
        bucket.lay(id)
        bucket.put(SampleDeliveries.manifest(id), key: BucketLayout.manifestKey(of: ImportID(id)))
        #expect(try await intake.takeEvent(of: BucketLayout.manifestKey(of: ImportID(id))) == .started)
        if let state { intake.executions.set(state, of: ImportID(id)) }
    }

    private func settled() throws -> [String] {
        try bus.events.map { event in
            #expect(event.detailType == .studySettled)
            let detail = try #require(
                try JSONSerialization.jsonObject(with: Data(event.detail.utf8)) as? [String: Any])
            return "\(detail["id"] ?? "") \(detail["isComplete"] ?? "") \(detail["hasSettledBefore"] ?? "")"
        }
    }

    @Test("A study settles once, after its quiet time and the end of its imports, and again after a later delivery")
    func settles() async throws {
        try await importDelivery(1, .imported)
        try await importDelivery(2, .imported)
        bucket.now += 59
        #expect(await intake.sweep().studiesSettled == 0)
        bucket.now += 1
        let outcome = await intake.sweep()
        #expect((outcome.studiesSettled, outcome.studiesPostponed, outcome.failed, outcome.left) == (1, 0, 0, 0))
        #expect(try settled() == ["d/1.2/2 1 0"])
        #expect(studies["d/1.2"]?.due == nil)
        bucket.now += 9_999
        #expect(await intake.sweep().studiesSettled == 0)

        try await importDelivery(3, .incomplete)
        bucket.now += 60
        #expect(await intake.sweep().studiesSettled == 1)
        #expect(try settled() == ["d/1.2/2 1 0", "d/1.2/3 0 1"])
        #expect(studies["d/1.2"]?.imported == [])
    }

    @Test("Nothing is asked for while no study is due")
    func nothingDue() async throws {
        try await importDelivery()
        bucket.forgetCalls()
        _ = await intake.sweep()
        #expect(intake.executions.asked == [])
        #expect(bucket.calls.count { $0 == "list open/" } == 1)
    }

    @Test("While an import runs, the study is looked at again later, and the ends of other imports are kept")
    func running() async throws {
        try await importDelivery(2, .imported)
        try await importDelivery(1, .running)
        bucket.now += 60
        #expect(await intake.sweep().studiesPostponed == 1)
        #expect(studies["d/1.2"]?.due == PipelineJSON.timestamp(bucket.now + 60))
        #expect(studies["d/1.2"]?.imported == ["\(SampleDeliveries.id(2))"])
        #expect(await intake.sweep().studiesPostponed == 0)
        intake.executions.set(.imported, of: ImportID(id))
        bucket.now += 60
        #expect(await intake.sweep().studiesSettled == 1)
        #expect(intake.executions.asked.count == 3)
    }

    @Test("A study does not settle while the marker of an open delivery names it")
    func openMarker() async throws {
        try await importDelivery(1, .imported)
        bucket.lay(SampleDeliveries.id(2), instances: [])
        bucket.layLease()
        bucket.now += 60
        bucket.layLease()
        #expect(await intake.sweep().studiesPostponed == 1)
        #expect(try settled() == [])
        bucket[BucketLayout.openMarkerKey(of: SampleDeliveries.id(2), task: SampleDeliveries.task)] = nil
        bucket.now += 60
        #expect(await intake.sweep().studiesSettled == 1)
    }

    @Test("A study does not settle while an open delivery has a folder for it, even if its marker names another study")
    func bundle() async throws {
        try await importDelivery(1, .imported)
        let open = SampleDeliveries.id(2)
        bucket.put(
            OpenDelivery(
                deliveryId: open, task: SampleDeliveries.task,
                studies: [.init(studyInstanceUID: "1.9", studyDate: nil)],
                callingAETitle: "CT1", calledAETitle: "STORESCP", peer: "127.0.0.1", openedAt: bucket.now),
            key: BucketLayout.openMarkerKey(of: open, task: SampleDeliveries.task))
        bucket.layLease()
        bucket[SampleDeliveries.key(open)] = "x"
        bucket.now += 60
        bucket.layLease()
        #expect(await intake.sweep().studiesPostponed == 1)
        bucket[SampleDeliveries.key(open)] = nil
        bucket.now += 60
        #expect(await intake.sweep().studiesSettled == 1)
    }

    @Test("An open delivery of another data store does not keep a study from settling")
    func otherDatastore() async throws {
        try await importDelivery(1, .imported)
        let open = SampleDeliveries.id(2)
        bucket.put(
            SampleDeliveries.open(open, datastore: String(repeating: "a", count: 32)),
            key: BucketLayout.openMarkerKey(of: open, task: SampleDeliveries.task))
        bucket.now += 60
        bucket.layLease()
        #expect(await intake.sweep().studiesSettled == 1)
    }

    @Test("A marker that is not valid keeps the studies of its folders from settling, in every data store")
    func strangeMarker() async throws {
        try await importDelivery(1, .imported)
        let open = SampleDeliveries.id(2)
        bucket[BucketLayout.openMarkerKey(of: open, task: SampleDeliveries.task)] = "{}"
        bucket[SampleDeliveries.key(open)] = "x"
        bucket.now += 60
        bucket.layLease()
        #expect(await intake.sweep().studiesPostponed == 1)
    }

    @Test("Studies settle even if another part of the sweep fails")
    func afterFailure() async throws {
        try await importDelivery(1, .imported)
        bucket.now += 60
        bucket.fail(at: "list open/")
        // The listing of the recovery fails, and that of the settling does not.
        #expect(await intake.sweep().studiesSettled == 1)
    }

    @Test("If the event cannot be sent for a while, the study stays due; if it is refused for good, it is closed")
    func failingBus() async throws {
        try await importDelivery(1, .imported)
        bucket.now += 60
        func error(_ code: String) -> AWSServiceError {
            AWSServiceError(service: "events", operation: "PutEvents", statusCode: 400, code: code, message: "m")
        }
        bus.fail(with: error("ThrottlingException"))
        #expect(await intake.sweep().failed == 1)
        #expect(studies["d/1.2"]?.isDue(at: bucket.now) == true)
        bus.fail(with: error("AccessDeniedException"))
        #expect(await intake.sweep().studiesSettled == 1)
        #expect(intake.log.lines.contains { $0.contains("event not sent") && $0.contains("1.2") })
        #expect(studies["d/1.2"]?.due == nil)
    }

    @Test("An import that is added while the event is sent lets the study settle again")
    func addedMeanwhile() async throws {
        try await importDelivery(1, .imported)
        bucket.now += 60
        let (now, other) = (bucket.now, SampleDeliveries.id(2))
        studies.intrude { records in
            guard let name = StudyName("d/1.2") else { return }
            let manifest = SampleDeliveries.manifest(other)
            _ = records[name]?.add(
                ImportRequest(manifest, of: ImportID(other), bucket: "b", outputRoot: "s3://out/"), at: now, quiet: 60)
        }
        #expect(await intake.sweep().studiesSettled == 0)
        #expect(studies["d/1.2"]?.pending == ["\(id)", "\(other)"])
        intake.executions.set(.imported, of: ImportID(other))
        bucket.now += 60
        #expect(await intake.sweep().studiesSettled == 1)
        #expect(try settled() == ["d/1.2/1 1 0", "d/1.2/2 1 0"])
    }

    @Test("A sweep asks for a limited number of executions, and the next ones go on with the rest")
    func manyExecutions() async throws {
        let count = StudySettling.maximumStatuses + 10
        for number in 1...count { try await importDelivery(number, .imported) }
        bucket.now += 60
        let first = await intake.sweep()
        #expect((first.studiesSettled, first.left) == (0, 1))
        #expect(studies["d/1.2"]?.imported.count == StudySettling.maximumStatuses)
        #expect(await intake.sweep().studiesSettled == 1)
        #expect(intake.executions.asked.count == count)
    }

    @Test("More open markers than a sweep looks at keep every study from settling, and the sweep says so")
    func manyMarkers() async throws {
        try await importDelivery(1, .imported)
        bucket.now += 60
        bucket.layLease()
        bucket.list(
            beside: (0...OpenStudies.maximumMarkers).map {
                BucketLayout.openMarkerKey(of: SampleDeliveries.id(10 + $0), task: SampleDeliveries.task)
            })
        let outcome = await intake.sweep()
        #expect((outcome.studiesSettled, outcome.failed > 0) == (0, true))
        #expect(intake.log.lines.joined().contains("no study settles"))
    }
}
