// SPDX-License-Identifier: Apache-2.0

import AWS
import Foundation
import SampleDocuments
import Testing

@testable import ImportPipeline

/// Holds whatever else reads or writes the items of import jobs to `ImportJobAttribute`: the state machine here, and by
/// the list in Fixtures/import-job-attributes.json the template, local/ and the system tests
/// (Tests/System/test_import_job_item.py).
@Suite struct ImportJobItemTests {
    private static let tests = URL(filePath: #filePath).deletingLastPathComponent()
    private static let list = tests.appending(path: "Fixtures/import-job-attributes.json")
    private static let stateMachine = tests.deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "statemachine/import.asl.json")

    /// The type of each attribute in DynamoDB.
    private static var types: [String: String] {
        .init(uniqueKeysWithValues: ImportJobAttribute.allCases.map { ($0.rawValue, "S") })
    }

    private static func started() throws -> ImportJobItem {
        var request = try PipelineJSON.decode(ImportStart.self, from: Array(SampleDocument.start.text.utf8)).request
        request.route = "research"
        let job = try PipelineJSON.decode(
            HealthImagingClient.StartedJob.self, from: Array(#"{"jobId":"job","jobStatus":"SUBMITTED"}"#.utf8))
        return ImportJobItem(
            job, at: Date(timeIntervalSince1970: 0), for: request, attempt: 1, datastoreID: "store",
            dataAccessRoleArn: "role")
    }

    private static var ended: ImportJobItem {
        var findings = ImportFindings(message: "why")
        (findings.scannedCount, findings.importedCount, findings.failedCount) = (7, 1, 2)
        (findings.imageSetCount, findings.missingCount, findings.warningCount) = (3, 4, 5)
        findings.nonPrimaryCount = 6
        findings.incompleteStudy = ("1.2", 8)
        return ImportJobItem(
            ImportJobUpdate(
                jobStatus: .completed, reportS3URI: "s3://out/report.json",
                ending: .init(.partial, at: Date(timeIntervalSince1970: 1), findings, isStartedAgain: true)))
    }

    private static var rejected: ImportJobItem {
        ImportJobItem(
            Rejection(
                deliveryId: SampleDeliveries.id(1), inputS3Uri: "s3://b/inbox/a", message: "no", studyInstanceUID: "1"),
            at: Date(timeIntervalSince1970: 2))
    }

    @Test("The item of a job that was started holds the job and its import")
    func startedJob() throws {
        let delivery = SampleDocument.delivery
        #expect(
            try Self.started().attributes == [
                "jobId": "job", "jobStatus": "SUBMITTED", "outcome": "PENDING", "attempt": "1",
                "submittedAt": "1970-01-01T00:00:00Z", "datastoreId": "store", "dataAccessRoleArn": "role",
                "route": "research",
                "deliveryId": delivery, "inputS3Uri": "s3://dicom/2026/11/23/\(delivery)/",
                "outputS3Uri": "s3://output/x/", "studyCount": "1", "instanceCount": "1", "studyInstanceUID": "1.2.3",
                "studyDate": "20261123", "seriesInstanceUID": "1.2.4", "sopInstanceUID": "1.2.5", "repeats": delivery,
            ])
    }

    @Test("The update of a job that has ended sets its findings")
    func endedJob() {
        #expect(
            Self.ended.attributes == [
                "jobStatus": "COMPLETED", "reportS3Uri": "s3://out/report.json", "outcome": "PARTIAL",
                "endedAt": "1970-01-01T00:00:01Z", "startedAgain": "true", "message": "why", "scannedCount": "7",
                "importedCount": "1", "failedCount": "2", "imageSetCount": "3", "missingCount": "4",
                "warningCount": "5", "nonPrimaryCount": "6", "incompleteStudyInstanceUID": "1.2",
                "incompleteStudyInstanceCount": "8",
            ])
    }

    @Test("An update leaves what it does not know as it is")
    func partialUpdates() {
        #expect(ImportJobItem(ImportJobUpdate()).attributes == [:])
        #expect(ImportJobItem(ImportJobUpdate(jobStatus: .inProgress)).attributes == ["jobStatus": "IN_PROGRESS"])
        let ending = ImportJobUpdate.Ending(
            .imported, at: Date(timeIntervalSince1970: 1), ImportFindings(), isStartedAgain: false)
        #expect(
            ImportJobItem(ImportJobUpdate(ending: ending)).attributes == [
                "outcome": "IMPORTED", "endedAt": "1970-01-01T00:00:01Z",
            ])
    }

    @Test("An ending removes what an earlier ending of the same job has set, and nothing else")
    func secondEnding() {
        let ending = ImportJobUpdate.Ending(
            .imported, at: Date(timeIntervalSince1970: 1), ImportFindings(), isStartedAgain: false)
        let second = ImportJobItem(ImportJobUpdate(jobStatus: .completed, reportS3URI: "s3://o/r", ending: ending))
        #expect(Set(second.removed).union(second.attributes.keys) == Set(Self.ended.attributes.keys))
        #expect(Set(second.removed).isDisjoint(with: second.attributes.keys))
        #expect(Self.ended.removed.isEmpty)
        #expect(ImportJobItem(ImportJobUpdate(jobStatus: .inProgress)).removed.isEmpty)
    }

    @Test("The item of a rejected object holds its reason")
    func rejectedObject() {
        let delivery = SampleDeliveries.id(1).description
        #expect(
            Self.rejected.attributes == [
                "jobId": delivery, "deliveryId": delivery, "jobStatus": "REJECTED", "outcome": "REJECTED",
                "submittedAt": "1970-01-01T00:00:02Z", "endedAt": "1970-01-01T00:00:02Z",
                "inputS3Uri": "s3://b/inbox/a", "message": "no", "studyInstanceUID": "1",
            ])
    }

    @Test("Every attribute is written: by a function, or by `dicomstore redrive`")
    func noAttributeWithoutWriter() throws {
        let written = [try Self.started(), Self.ended, Self.rejected].flatMap(\.attributes.keys)
        #expect(Set(written).union([ImportJobAttribute.redrivenAs.rawValue]) == Set(Self.types.keys))
    }

    @Test("The list that the Python tests read has the attributes and their types")
    func listForPython() throws {
        let list = try JSONDecoder().decode([String: String].self, from: Data(contentsOf: Self.list))
        #expect(list == Self.types)
    }

    @Test("The state machine writes attributes of this type, with their types and with outcomes of ours")
    func stateMachine() throws {
        let document = try JSONSerialization.jsonObject(with: Data(contentsOf: Self.stateMachine))
        let states = try #require((document as? [String: Any])?["States"] as? [String: [String: Any]])
        let updates = states.filter { ($0.value["Resource"] as? String)?.contains(":dynamodb:") ?? false }
        #expect(updates.keys.sorted() == ["RecordFailure", "RecordStudy", "RecordStudyDate"])
        for (name, state) in updates {
            #expect(state["Resource"] as? String == "arn:aws:states:::dynamodb:updateItem", "\(name)")
            let parameters = try #require(state["Parameters"] as? [String: Any])
            let key = try #require(parameters["Key"] as? [String: [String: Any]])
            #expect(key.mapValues(Self.type) == [ImportJobAttribute.jobId.rawValue: "S"], "\(name)")
            let update = try UpdateExpression(try #require(parameters["UpdateExpression"] as? String))
            let values = try #require(parameters["ExpressionAttributeValues"] as? [String: [String: Any]])
            #expect(Set(update.set.values) == Set(values.keys), "\(name)")
            for (attribute, value) in update.set {
                #expect(Self.types[attribute] == values[value].map(Self.type), "\(name): \(attribute)")
                let constant = values[value]?["S"] as? String
                if attribute == "outcome" {
                    #expect(constant.flatMap(ImportOutcome.init) == .failed, "\(name)")
                } else if attribute == "jobStatus" {
                    #expect(constant == HealthImagingClient.JobStatus.failed.text, "\(name)")
                }
            }
            #expect(update.removed.isSubset(of: Self.types.keys), "\(name)")
        }
    }

    /// `S` for `{"S": …}` and `{"S.$": …}`.
    private static func type(of value: [String: Any]) -> String {
        value.keys.map { $0.hasSuffix(".$") ? String($0.dropLast(2)) : $0 }.sorted().joined(separator: ",")
    }

    /// `SET a = :b, c = :d REMOVE e, f`.
    private struct UpdateExpression {
        var set: [String: String] = [:]
        var removed: Set<String> = []

        init(_ text: String) throws {
            let match = try #require(text.wholeMatch(of: /SET (?<set>.+?)(?: REMOVE (?<removed>.+))?/))
            for assignment in match.output.set.components(separatedBy: ", ") {
                let sides = assignment.components(separatedBy: " = ")
                try #require(sides.count == 2)
                set[sides[0]] = sides[1]
            }
            removed = Set(match.output.removed?.components(separatedBy: ", ") ?? [])
        }
    }
}
