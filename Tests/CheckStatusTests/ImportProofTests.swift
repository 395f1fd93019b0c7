// SPDX-License-Identifier: Apache-2.0

import ByteComparison
import FoundationEssentials
import SampleDocuments
import Testing

@testable import CheckStatus
@testable import ImportPipeline

@Suite struct ImportProofTests {
    private func proof(
        expected: [String]?, imported: [String], failed: [String] = [], serverErrors: Int = 0,
        nonPrimary: [String] = [], message: String = "no", acknowledged: Set<ByteText>? = nil
    ) throws -> ImportProof {
        var summary = JobOutputManifest.Summary()
        summary.numberOfScannedFiles = imported.count + failed.count
        summary.numberOfImportedFiles = imported.count
        summary.numberOfFilesWithCustomerError = failed.count - serverErrors
        summary.numberOfFilesWithServerError = serverErrors
        var results = JobResults()
        results.add(
            SampleResults.lines(imported) { SampleResults.imported($0, isPrimary: !nonPrimary.contains($0)) },
            of: "SUCCESS/1.ndjson", in: .success)
        results.add(
            SampleResults.lines(failed) { SampleResults.failed($0, message: message) }, of: "FAILURE/1.ndjson",
            in: .failure)
        return ImportProof(
            expected: ExpectedInstances(
                count: expected?.count ?? 1, delivery: SampleDeliveries.id(1), prefix: "d/",
                keys: expected.map { Set($0.map { ByteText($0) }) },
                acknowledged: acknowledged),
            summary: summary, results: results)
    }

    @Test("A delivery is complete when HealthImaging names every instance as imported")
    func whole() throws {
        let proof = try proof(expected: ["a", "b"], imported: ["a", "b"])
        #expect(proof.isWhole)
        #expect(ImportVerdict(proof).outcome == .imported)
        #expect(proof.mayExpire(as: .imported, evenWithWarnings: false) == ["a", "b"])
    }

    @Test("The report says how much of each study was imported; the item names the only incomplete study")
    func studies() throws {
        let keys = ["1.2", "1.3", "1.3"].enumerated().map {
            BucketLayout.instanceKey(SampleDeliveries.id(1), study: $1, series: "1", instance: "\($0)")
        }
        let partial = try proof(expected: keys, imported: [keys[0], keys[1]], failed: [keys[2]])
        #expect(
            partial.studies == [
                .init(studyInstanceUID: "1.2", instanceCount: 1, importedCount: 1),
                .init(studyInstanceUID: "1.3", instanceCount: 2, importedCount: 1),
            ])
        let incomplete = try #require(ImportVerdict(partial).findings?.incompleteStudy)
        #expect(incomplete == ("1.3", 2))

        for imported in [keys, [keys[1]]] {
            let proof = try proof(expected: keys, imported: imported, failed: keys.filter { !imported.contains($0) })
            #expect(ImportVerdict(proof).findings?.incompleteStudy == nil)
        }
    }

    @Test("Keys are compared by their bytes: two that only look the same differ")
    func composed() throws {
        let (one, two) = ("d/\u{E9}", "d/e\u{301}")
        let proof = try proof(expected: [one], imported: [two], acknowledged: [ByteText(one)])
        #expect(!proof.isWhole)
        #expect(proof.missing.map { ByteText($0) } == [ByteText(one)])
        #expect(proof.unacknowledged == [ByteText(two)])
        #expect(Set([ByteText(one), ByteText(two)]).count == 2)
        // A key below the prefix stays below it, whatever characters follow.
        #expect(
            try self.proof(expected: ["d/a"], imported: ["d/\u{301}"], acknowledged: ["d/a"]).unacknowledged.count == 1)
    }

    @Test("The item of a single failed instance repeats HealthImaging's message, without words that may be values")
    func reason() throws {
        func message(_ text: String, of keys: [String] = ["a"]) throws -> String? {
            ImportVerdict(try proof(expected: keys, imported: [], failed: keys, message: text)).findings?.message
        }
        let told = "HealthImaging did not import the instance: ValidationException: "
        #expect(
            try message("PatientID: expected at most 256 characters, got 324") == told
                + "PatientID: expected at most 256 characters, got 324")
        #expect(
            try message(
                "DICOM attribute PatientName (0010,0010) has the value 'Doe^John the elder', which is not valid")
                == told
                + "DICOM attribute PatientName (0010,0010) has the value … which is not valid (the report has the whole message)"
        )
        #expect(try message("no")?.contains(told) == true)
        #expect(try message("no", of: ["a", "b"])?.contains("0 of 2 instances imported, 2 failed") == true)
    }

    @Test(
        "Words that may be a value of a patient's are left out of a reason",
        arguments: [
            "Doe", "DOE^JOHN", "doe^john", "McDonald", "4711123", "19700101", "[Doe]", "`doe`", "“john doe”", "Müller",
            "\"doe",
            "A-4711",
        ])
    func values(_ value: String) {
        let reason = HealthImagingReason("the value \(value) of PatientID")
        #expect(["the value … of PatientID", "the value …"].contains(reason.text))
        #expect(!reason.isComplete)
    }

    @Test("Words of messages, keywords, tags, UIDs and lengths are repeated")
    func words() {
        let text =
            "DICOM attribute StudyInstanceUID (0020,000D) exceeds the maximum length of 64: 1.2.840.10008.1.2.4.50 isn't."
        #expect(HealthImagingReason(text).text == text)
        #expect(
            HealthImagingReason(String(repeating: "a ", count: 10_000)).text.utf8.count
                <= DocumentLimits.maximumMessageLength)
    }

    @Test("Matching numbers prove nothing if another file was imported instead of an instance")
    func wrongOne() throws {
        let proof = try proof(expected: ["a", "b"], imported: ["a", "stranger"])
        #expect(proof.missing == ["b"])
        let verdict = ImportVerdict(proof)
        #expect(verdict.outcome == .partial)
        #expect(verdict.findings?.missingCount == 1)
    }

    @Test("A key that HealthImaging names and no manifest lists is unacknowledged, and never counts as imported")
    func unacknowledged() throws {
        var proof = try proof(
            expected: ["d/a"], imported: ["d/a", "d/of the other manifest", "d/x", "another's"],
            failed: ["d/y", "another's too"], acknowledged: ["d/a", "d/of the other manifest"])
        #expect(proof.unacknowledged == ["d/x", "d/y"])
        #expect(proof.mayExpire(as: .imported, evenWithWarnings: false) == ["d/a"])
        #expect(ImportVerdict(proof).outcome == .imported)
        // If the acknowledged objects are not known, no object counts as unacknowledged.
        proof = try self.proof(expected: ["a"], imported: ["a", "x"])
        #expect(proof.unacknowledged.isEmpty)
    }

    @Test("The failure of an unacknowledged object does not matter")
    func surplus() throws {
        let proof = try proof(expected: ["a"], imported: ["a"], failed: ["stranger"])
        #expect(ImportVerdict(proof).outcome == .imported)
        #expect(ImportVerdict(proof).findings?.failedCount == 1)
    }

    @Test("A failure by a fault of the service is tried again, a failure by a fault of the file is not")
    func serverErrors() throws {
        #expect(ImportVerdict(try proof(expected: ["a", "b"], imported: ["a"], failed: ["b"])).cause == .permanent)
        #expect(
            ImportVerdict(try proof(expected: ["a", "b"], imported: ["a"], failed: ["b"], serverErrors: 1)).cause
                == .transient)
    }

    @Test("Instances in image sets that are not primary are counted and named")
    func nonPrimary() throws {
        let proof = try proof(expected: ["a", "b"], imported: ["a", "b"], nonPrimary: ["b"])
        #expect(ImportVerdict(proof).outcome == .imported)
        #expect(ImportVerdict(proof).findings?.nonPrimaryCount == 1)
        #expect(proof.results?.nonPrimary == ["b"])
    }
}
