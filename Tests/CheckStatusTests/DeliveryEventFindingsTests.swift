// SPDX-License-Identifier: Apache-2.0

import AWS
import ByteComparison
import Foundation
import SampleDocuments
import Testing

@testable import CheckStatus
@testable import ImportPipeline

@Suite("The event of a job that has ended")
struct DeliveryEventFindingsTests {
    private static let id = SampleDeliveries.id(1)

    private static func key(_ instance: String, study: String = "1.2", series: String = "1.3") -> String {
        BucketLayout.instanceKey(id, study: study, series: series, instance: instance)
    }

    private static func expected(_ keys: [String]?) -> ExpectedInstances {
        ExpectedInstances(
            count: keys?.count ?? 2, delivery: id, prefix: BucketLayout.prefix(of: id),
            keys: keys.map { Set($0.map { ByteText($0) }) }, acknowledged: [], isClosed: true)
    }

    private static func detail(
        _ expected: ExpectedInstances, _ proof: ImportProof?, jobMessage: String? = nil
    ) throws -> [String: Any] {
        let manifest = SampleDeliveries.manifest(id)
        let progress = ImportProgress(
            request: ImportRequest(manifest, of: ImportID(id), bucket: "b", outputRoot: "s3://out/"), attempt: 1,
            jobId: "job", jobStatus: .completed, outcome: .pending, waitSeconds: 0, polls: 1)
        let event = DeliveryEvent(
            of: progress, datastoreID: "store",
            proof.map { ImportVerdict($0) } ?? .jobFailed(message: jobMessage), proof, expected: expected,
            reportS3URI: proof.map { _ in "s3://out/report.json" },
            endedAt: Date(timeIntervalSince1970: 1_795_480_000))
        let detail = try #require(try event.event()).detail
        return try #require(try JSONSerialization.jsonObject(with: Data(detail.utf8)) as? [String: Any])
    }

    private static func proof(
        _ expected: ExpectedInstances, imported: Int, failed: Int, _ results: JobResults?,
        sets: String = "[]"
    ) throws -> ImportProof {
        let summary = try PipelineJSON.decode(
            JobOutputManifest.self,
            from: Array(
                """
                {"jobSummary":{"numberOfImportedFiles":\(imported),"numberOfFilesWithCustomerError":\(failed),\
                "numberOfFilesWithServerError":0,"imageSetsSummary":\(sets)}}
                """.utf8)
        ).jobSummary
        return ImportProof(expected: expected, summary: summary, results: results)
    }

    private static func imported(_ key: String, set: String, version: Int, isPrimary: Bool = true) -> String {
        """
        {"inputFile":"\(key)","importResponse":{"imageSetId":"\(set)","imageSetVersion":\(version),\
        "isPrimary":\(isPrimary)}}
        """
    }

    @Test("Studies, series, image sets and failures are those that HealthImaging names; no value is quoted")
    func partial() throws {
        let keys = [
            Self.key("1"), Self.key("2", series: "1.4"), Self.key("3", study: "1.5"), Self.key("4", study: "1.5"),
        ]
        let results = SampleResults.results(
            success: [
                Self.imported(keys[0], set: "a", version: 1), Self.imported(keys[1], set: "a", version: 2),
            ],
            failure: [SampleResults.failed(keys[2], type: "Validation Doe^John", message: "Doe^John")])
        let expected = Self.expected(keys)
        let detail = try Self.detail(expected, try Self.proof(expected, imported: 2, failed: 1, results))
        #expect(detail["outcome"] as? String == "PARTIAL" && detail["id"] as? String == "\(Self.id)/0/PARTIAL")
        let studies: NSArray = [
            ["studyInstanceUID": "1.2", "seriesInstanceUIDs": ["1.3", "1.4"], "instanceCount": 2, "importedCount": 2],
            ["studyInstanceUID": "1.5", "seriesInstanceUIDs": ["1.3"], "instanceCount": 2, "importedCount": 0],
        ]
        #expect(detail["studies"] as? NSArray == studies)
        let sets: NSArray = [["imageSetId": "a", "imageSetVersion": 2, "isPrimary": true, "instanceCount": 2]]
        #expect(detail["imageSets"] as? NSArray == sets)
        let failed: NSArray = [
            ["sopInstanceUID": "3", "errorType": "…"], ["sopInstanceUID": "4", "errorType": "MISSING"],
        ]
        #expect(detail["failed"] as? NSArray == failed)
        #expect(detail["listsAreComplete"] as? Bool == true)
        let counts = ["seriesCount", "instanceCount", "importedCount", "failedCount", "missingCount", "warningCount"]
        #expect(counts.map { detail[$0] as? Int } == [3, 4, 2, 1, 1, 0])
        let message = "2 of 4 instances imported, 1 failed, 1 are not mentioned: the report names them"
        #expect(detail["message"] as? String == message)
        #expect(detail["reportS3Uri"] as? String == "s3://out/report.json")
        #expect(detail["endedAt"] as? String == "2026-11-24T00:26:40Z")
    }

    @Test("The summary of the job says more about an image set than the lines about single files")
    func imageSets() throws {
        let expected = Self.expected([Self.key("1")])
        let results = SampleResults.results(success: [Self.imported(Self.key("1"), set: "b", version: 1)])
        let sets = """
            [{"imageSetId":"b","imageSetVersion":3,"isPrimary":false,"numberOfMatchedSOPInstances":7},{"isPrimary":true},\
            {"imageSetId":"a"},{"imageSetId":"\\u0000"}]
            """
        let detail = try Self.detail(expected, try Self.proof(expected, imported: 1, failed: 0, results, sets: sets))
        let told: NSArray = [
            ["imageSetId": "a"],
            ["imageSetId": "b", "imageSetVersion": 3, "isPrimary": false, "instanceCount": 7],
        ]
        #expect(detail["imageSets"] as? NSArray == told)
    }

    @Test("An import that only numbers prove names its studies, all imported; one that failed does not say how many")
    func counts() throws {
        let expected = Self.expected([Self.key("1"), Self.key("2")])
        let whole = try Self.detail(expected, try Self.proof(expected, imported: 2, failed: 0, nil))
        #expect((whole["studies"] as? [[String: Any]])?.first?["importedCount"] as? Int == 2)
        #expect(whole["outcome"] as? String == "IMPORTED" && whole["listsAreComplete"] as? Bool == true)
        #expect(whole["message"] == nil)
        let partial = try Self.detail(expected, try Self.proof(expected, imported: 1, failed: 1, nil))
        #expect((partial["studies"] as? [[String: Any]])?.first?["importedCount"] == nil)
        #expect(partial["outcome"] as? String == "PARTIAL" && partial["listsAreComplete"] as? Bool == false)
    }

    @Test("If no document lists the instances, the lists are not complete")
    func unknownInstances() throws {
        let expected = Self.expected(nil)
        let results = SampleResults.results(success: [SampleResults.imported(Self.key("1"))])
        let detail = try Self.detail(expected, try Self.proof(expected, imported: 2, failed: 0, results))
        #expect(detail["studies"] == nil && detail["seriesCount"] == nil)
        #expect(detail["studyInstanceUID"] as? String == "1.2")
        #expect(detail["listsAreComplete"] as? Bool == false)
    }

    @Test("The reason of a job that failed quotes no value")
    func failedJob() throws {
        let detail = try Self.detail(
            Self.expected([Self.key("1")]), nil, jobMessage: "PatientID has the value 'Doe^John'")
        #expect(detail["outcome"] as? String == "FAILED")
        #expect(detail["message"] as? String == "PatientID has the value …")
        #expect((detail["studies"] as? [[String: Any]])?.first?["instanceCount"] as? Int == 1)
        #expect(detail["importedCount"] == nil && detail["reportS3Uri"] == nil)
        let silent = try Self.detail(Self.expected([Self.key("1")]), nil)
        #expect(silent["message"] as? String == "HealthImaging reports the job as FAILED and gives no reason")
    }
}
