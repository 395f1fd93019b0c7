// SPDX-License-Identifier: Apache-2.0

import AWS
import Foundation
import SampleDocuments
import StructuredLog
import Testing

@testable import ImportIntake
@testable import ImportPipeline

@Suite("Studies of imports")
struct StudyRegisterTests {
    private let studies = ModelStudies()
    private let intake: SampleIntake
    private let id = SampleDeliveries.id(1)
    private var bucket: ModelBucket { intake.bucket }
    private var key: String { BucketLayout.manifestKey(of: ImportID(id)) }

    private static func error(_ code: String) -> AWSServiceError {
        AWSServiceError(service: "dynamodb", operation: "PutItem", statusCode: 400, code: code, message: "m")
    }

    init() {
        var intake = SampleIntake()
        intake.studies = StudyRegister(
            items: studies, datastoreID: "d", quiet: 60, clock: PatientClock(),
            now: { [bucket = intake.bucket] in bucket.now }, metrics: nil)
        self.intake = intake
        intake.bucket.lay(id)
        intake.bucket.put(SampleDeliveries.manifest(id, ["1.4", "1.5"]), key: key)
    }

    @Test("An import is added to its study once, also when its event is repeated after the execution has ended")
    func manifest() async throws {
        #expect(try await intake.takeEvent(of: key) == .started)
        let record = try #require(studies["d/1.2"])
        #expect((record.imports, record.pending) == (["\(id)"], ["\(id)"]))
        #expect((record.due, record.revision) == (PipelineJSON.timestamp(bucket.now + 60), 1))
        #expect(record.firstInstanceAt == "2026-11-23T23:51:52Z")
        intake.executions.end()
        bucket.now += 10
        #expect(try await intake.takeEvent(of: key) == .alreadyStarted)
        #expect(studies["d/1.2"] == record)
    }

    @Test("An import whose execution had been started before is added")
    func startedBefore() async throws {
        studies.fail(with: Self.error("ThrottlingException"))
        await #expect(throws: AWSServiceError.self) { try await intake.takeEvent(of: key) }
        #expect(intake.executions.started == [ImportID(id)])
        intake.executions.end()
        studies.fail(with: nil)
        bucket.now += 31
        #expect(try await intake.takeEvent(of: key) == .alreadyStarted)
        #expect(studies["d/1.2"]?.pending == ["\(id)"])
        #expect(!bucket.hasMarker(of: id))
    }

    @Test("Until the study is written the marker stays, the event fails, and the table is not asked for a while")
    func throttled() async throws {
        studies.fail(with: Self.error("ThrottlingException"))
        await #expect(throws: AWSServiceError.self) { try await intake.takeEvent(of: key) }
        await #expect(throws: ServicePaused.self) { try await intake.takeEvent(of: key) }
        #expect(studies.writes == 1)
        #expect(bucket.hasMarker(of: id))
    }

    @Test("A sweep removes the marker of a lost event only after it has written the study")
    func sweep() async {
        studies.fail(with: Self.error("ThrottlingException"))
        #expect(await intake.sweep().failed == 1)
        #expect(bucket.hasMarker(of: id))
        studies.fail(with: nil)
        bucket.now += 31
        #expect(await intake.sweep().started == 1)
        #expect(!bucket.hasMarker(of: id))
        #expect(studies["d/1.2"] != nil)
    }

    @Test(
        "If the table does not exist, the import goes on",
        arguments: ["ResourceNotFoundException", "AccessDeniedException"])
    func gone(_ code: String) async throws {
        studies.fail(with: Self.error(code))
        #expect(try await intake.takeEvent(of: key) == .started)
        #expect(!bucket.hasMarker(of: id))
        #expect(intake.log.lines.joined().contains("studies do not know of the import"))
    }

    @Test("Each study of a bundle gets the import, in the data store that the manifest names")
    func bundle() async throws {
        var intake = intake
        let store = String(repeating: "a", count: 32)
        intake.datastores = PermittedDatastores(standard: nil, further: store)
        let id = SampleDeliveries.id(2)
        var manifest = SampleDeliveries.manifest(id, datastore: store)
        for study in ["1.21", "1.22"] {
            var instance = SampleDeliveries.instance(id)
            instance.key = BucketLayout.instanceKey(id, study: study, series: "1.3", instance: "1.4")
            manifest.studies.append(.init(studyInstanceUID: study, studyDate: nil, instances: [instance]))
        }
        bucket.put(manifest, key: BucketLayout.manifestKey(of: ImportID(id)))
        #expect(try await intake.takeEvent(of: BucketLayout.manifestKey(of: ImportID(id))) == .started)
        #expect(studies.names == ["1.2", "1.21", "1.22"].map { "\(store)/\($0)" })
        #expect(studies["\(store)/1.22"]?.pending == ["\(id)"])
    }

    @Test("If one study of a bundle is throttled and another refused for good, the event is repeated for the first one")
    func mixed() async throws {
        let id = SampleDeliveries.id(2)
        var manifest = SampleDeliveries.manifest(id)
        var instance = SampleDeliveries.instance(id)
        instance.key = BucketLayout.instanceKey(id, study: "1.21", series: "1.3", instance: "1.4")
        manifest.studies.append(.init(studyInstanceUID: "1.21", studyDate: nil, instances: [instance]))
        bucket.put(manifest, key: BucketLayout.manifestKey(of: ImportID(id)))
        for (study, code) in [("d/1.2", "AccessDeniedException"), ("d/1.21", "ThrottlingException")] {
            studies.fail(study, with: Self.error(code))
        }
        await #expect(throws: Self.error("ThrottlingException")) {
            try await intake.takeEvent(of: BucketLayout.manifestKey(of: ImportID(id)))
        }
    }

    @Test("An import that another function adds at the same time is not lost")
    func twoWriters() async throws {
        let other = SampleDeliveries.id(2)
        bucket.put(SampleDeliveries.manifest(other), key: BucketLayout.manifestKey(of: ImportID(other)))
        let now = bucket.now
        studies.intrude { records in
            guard let name = StudyName("d/1.2") else { return }
            let id = ImportID(other)
            let request = ImportRequest(
                SampleDeliveries.manifest(other), of: id, bucket: "b", outputRoot: "s3://out/")
            var record = StudyRecord(name, of: request)
            _ = record.add(request, at: now, quiet: 60)
            records[name] = record
        }
        #expect(try await intake.takeEvent(of: key) == .started)
        let record = try #require(studies["d/1.2"])
        #expect(record.pending == ["\(id)", "\(other)"])
        #expect((record.firstDelivery, record.revision) == (other, 2))
        #expect(studies.writes == 2)
    }

    @Test("A study with too many imports does not get a further one; this is logged, and the import goes on")
    func full() async throws {
        let now = bucket.now
        studies.intrude { records in
            guard let name = StudyName("d/1.2") else { return }
            let manifest = SampleDeliveries.manifest(SampleDeliveries.id(0))
            var request = ImportRequest(
                manifest, of: ImportID(SampleDeliveries.id(0)), bucket: "b", outputRoot: "s3://out/")
            var record = StudyRecord(name, of: request)
            for number in 0..<StudyRecord.maximumImports {
                request.importId = ImportID(SampleDeliveries.id(number + 10))
                _ = record.add(request, at: now, quiet: 60)
            }
            records[name] = record
        }
        #expect(try await intake.takeEvent(of: key) == .started)
        #expect(studies["d/1.2"]?.imports.contains("\(id)") == false)
        #expect(intake.log.lines.joined().contains("study with too many imports"))
    }

    @Test("A rejected manifest is not an import of a study")
    func rejected() async throws {
        bucket[key] = "{}"
        #expect(try await intake.takeEvent(of: key) == .rejected)
        #expect(studies.names == [])
    }
}
