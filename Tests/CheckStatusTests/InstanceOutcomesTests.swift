// SPDX-License-Identifier: Apache-2.0

import AWS
import ByteComparison
import FoundationEssentials
import SampleDocuments
import Testing

@testable import CheckStatus
@testable import ImportPipeline

@Suite("The results of a job for each instance")
struct InstanceOutcomesTests {
    private static let id = SampleDeliveries.id(1)

    private static func key(_ instance: String) -> String { SampleDeliveries.key(id, instance) }

    private static func outcomes(isStartedAgain: Bool = false, submittedAt: Int? = 1_795_480_000) throws
        -> InstanceOutcomes
    {
        let times = submittedAt.map { #","submittedAt":\#($0),"endedAt":\#($0 + 90)"# } ?? ""
        let job = try JSONDecoder().decode(
            HealthImagingClient.JobProperties.self, from: Data(#"{"jobStatus":"COMPLETED"\#(times)}"#.utf8))
        let manifest = SampleDeliveries.manifest(id)
        let progress = ImportProgress(
            request: ImportRequest(manifest, of: ImportID(id), bucket: "b", outputRoot: "s3://out/"), attempt: 1,
            jobId: "job", jobStatus: .completed, outcome: .pending, waitSeconds: 0, polls: 1)
        return InstanceOutcomes(of: job, event: progress, isStartedAgain: isStartedAgain)
    }

    private static func expected(_ instances: [String], classes: [String: String] = [:]) -> ExpectedInstances {
        let keys = Set(instances.map { ByteText(key($0)) })
        let classes = classes.map { (ByteText(key($0)), $1) }
        return ExpectedInstances(
            count: instances.count, delivery: id, prefix: BucketLayout.prefix(of: id), keys: keys, acknowledged: keys,
            isClosed: true,
            classes: Dictionary(uniqueKeysWithValues: classes))
    }

    private static func proof(
        _ expected: ExpectedInstances, imported: Int? = nil, failed: Int? = nil, _ results: JobResults?
    ) -> ImportProof {
        var summary = JobOutputManifest.Summary()
        summary.numberOfImportedFiles = imported
        summary.numberOfFilesWithCustomerError = failed
        summary.numberOfFilesWithServerError = failed.map { _ in 0 }
        return ImportProof(expected: expected, summary: summary, results: results)
    }

    private static func told(_ attempts: [InstanceAttempt]) -> [String: String] {
        Dictionary(uniqueKeysWithValues: attempts.map { ($0.sopInstanceUID, $0.outcome.rawValue) })
    }

    private static let mixed = SampleResults.results(
        success: [
            #"{"inputFile":"\#(key("1"))","importResponse":{"imageSetId":"abc","imageSetVersion":3,"isPrimary":false}}"#
        ],
        warning: [SampleResults.warned(key("2"), code: 45_330), SampleResults.warned(key("2"), code: 45_328)],
        failure: [SampleResults.failed(key("3"), message: "PatientID has the value 'Doe^John 4711'")])

    @Test("Each instance is imported, failed or missing, by what HealthImaging names; a message quotes no value")
    func instances() throws {
        let expected = Self.expected(["1", "2", "3", "4"], classes: ["1": "1.2.840"])
        let attempts = try Self.outcomes().attempts(
            by: Self.proof(expected, imported: 2, failed: 1, Self.mixed), outcome: .partial)
        #expect(Self.told(attempts) == ["1": "IMPORTED", "2": "IMPORTED", "3": "FAILED", "4": "MISSING"])
        let rows = Dictionary(uniqueKeysWithValues: attempts.map { ($0.sopInstanceUID, $0) })
        let first = try #require(rows["1"])
        #expect(first[.imageSetId] == "abc" && first[.imageSetVersion] == "3" && first[.isPrimary] == "false")
        #expect(first[.sopClassUID] == "1.2.840" && first[.studyInstanceUID] == "1.2")
        #expect(first[.jobId] == "job" && first[.warnings] == nil)
        #expect(first[.submittedAt] == "2026-11-24T00:26:40Z" && first[.endedAt] == "2026-11-24T00:28:10Z")
        #expect(rows["2"]?[.warnings] == "45328,45330")
        #expect(rows["3"]?[.errorType] == "ValidationException")
        #expect(rows["3"]?[.message] == "PatientID has the value …")
    }

    @Test("An instance that another job of the import may still import is in progress, and has not failed")
    func startedAgain() throws {
        let attempts = try Self.outcomes(isStartedAgain: true).attempts(
            by: Self.proof(Self.expected(["1", "2", "3", "4"]), imported: 2, failed: 1, Self.mixed), outcome: .partial)
        #expect(Self.told(attempts) == ["1": "IMPORTED", "2": "IMPORTED"])
    }

    @Test("An imported but unacknowledged object has a row; an object of another delivery has none")
    func besides() throws {
        let other = SampleDeliveries.key(SampleDeliveries.id(2), "7")
        let results = SampleResults.results(
            success: ["1", "9"].map { SampleResults.imported(Self.key($0)) } + [
                SampleResults.imported(other)
            ])
        let attempts = try Self.outcomes().attempts(
            by: Self.proof(Self.expected(["1"]), imported: 3, failed: 0, results), outcome: .imported)
        #expect(Self.told(attempts) == ["1": "IMPORTED", "9": "IMPORTED"])
    }

    @Test(
        "If HealthImaging names no instance, its numbers say that all or none were imported; otherwise nothing is known"
    )
    func numbers() throws {
        func told(_ imported: Int?, _ failed: Int?) throws -> [String: String] {
            let proof = Self.proof(Self.expected(["1", "2"]), imported: imported, failed: failed, nil)
            return Self.told(
                try Self.outcomes().attempts(by: proof, outcome: ImportVerdict(proof).outcome))
        }
        #expect(try told(2, 0) == ["1": "IMPORTED", "2": "IMPORTED"])
        #expect(try told(0, 2) == ["1": "FAILED", "2": "FAILED"])
        #expect(try told(1, 1) == [:])
        #expect(try told(nil, nil) == [:])
    }

    @Test("All instances of a failed job have failed")
    func failedJob() throws {
        let attempts = try Self.outcomes().attempts(
            ofFailedJob: "Access denied: 'Doe^John'", Self.expected(["1", "2"]))
        #expect(Self.told(attempts) == ["1": "FAILED", "2": "FAILED"])
        #expect(attempts.allSatisfy { $0[.errorType] == "ImportJobFailed" && $0[.message]?.contains("Doe") == false })
    }

    @Test("Two looks give the same rows, even if HealthImaging does not say when the job was submitted")
    func noTimes() throws {
        let results = SampleResults.results(success: [SampleResults.imported(Self.key("1"))])
        let proof = Self.proof(Self.expected(["1"]), imported: 1, failed: 0, results)
        let looks = try (0..<2).map { _ in
            try Self.outcomes(submittedAt: nil).attempts(by: proof, outcome: .imported)
        }
        #expect(looks[0] == looks[1])
        #expect(looks[0].first?[.submittedAt] == Self.id.openedAt)
        #expect(Self.id.openedAt == PipelineJSON.timestamp(Date(timeIntervalSince1970: 1_795_477_912)))
    }
}
