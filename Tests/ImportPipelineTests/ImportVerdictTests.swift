import AWS
import FoundationEssentials
import Testing

@testable import CheckStatus
@testable import ImportPipeline

@Suite struct ImportVerdictTests {
    private func summary(scanned: Int, imported: Int, failed: Int) throws -> JobOutputManifest.Summary {
        let document = """
            {"jobSummary":{"jobId":"1","numberOfScannedFiles":\(scanned),"numberOfImportedFiles":\(imported),\
            "numberOfFilesWithCustomerError":\(failed),"numberOfFilesWithServerError":0,"numberOfGeneratedImageSets":1}}
            """
        return try PipelineJSON.decode(JobOutputManifest.self, from: Array(document.utf8)).jobSummary
    }

    @Test(
        "The counts of the output manifest decide where no files are named",
        arguments: [
            (3, 3, 0, ImportOutcome.imported), (3, 2, 1, .partial), (2, 2, 0, .partial), (3, 0, 3, .failed),
            (4, 3, 1, .partial), (4, 4, 0, .imported), (0, 0, 0, .failed),
        ])
    func outcome(scanned: Int, imported: Int, failed: Int, outcome: ImportOutcome) throws {
        let verdict = ImportVerdict(
            ImportProof(
                expected: ExpectedInstances(count: 3, prefix: "d/", keys: nil),
                summary: try summary(scanned: scanned, imported: imported, failed: failed), results: nil))
        #expect(verdict.outcome == outcome)
        #expect(verdict.attributes["importedCount"] == String(imported))
        #expect(verdict.attributes["failedCount"] == String(failed))
        #expect((verdict.attributes["message"] == nil) == (outcome == .imported))
    }

    @Test(
        "A job that failed is started again unless its reason stays",
        arguments: [
            (nil, true), ("InternalServerException", true), ("Service is unavailable", true),
            ("Access denied to the bucket", false), ("the role is not authorized", false),
            ("no object below inputS3Uri", false), ("Quota exceeded", false),
        ] as [(String?, Bool)])
    func transient(message: String?, isTransient: Bool) {
        let verdict = ImportVerdict.jobFailed(message: message)
        #expect(verdict.outcome == .failed)
        #expect(verdict.isTransient == isTransient)
        #expect(verdict.attributes["message"]?.isEmpty == false)
    }

    @Test("A reason is told as far as an item has room for it")
    func longReason() {
        let message = ImportVerdict.jobFailed(message: String(repeating: "e\u{301}", count: 1 << 20)).attributes[
            "message"]
        #expect(message?.unicodeScalars.count == DocumentLimits.maximumMessageLength)
    }

    @Test("A manifest that is late is waited for, one that never comes proves nothing")
    func missing() {
        let ended = Date(timeIntervalSince1970: 0)
        #expect(ImportVerdict.manifestMissing(since: ended, at: Date(timeIntervalSince1970: 899)).outcome == .pending)
        #expect(ImportVerdict.manifestMissing(since: ended, at: Date(timeIntervalSince1970: 901)).outcome == .failed)
    }

    @Test(
        "The job's folder is found whether or not the URI holds it already",
        arguments: ["", "/", "/store-DicomImport-job/", "/store-DicomImport-job"])
    func folder(ending: String) throws {
        let job = """
            {"jobId":"job","jobStatus":"COMPLETED","datastoreId":"store","inputS3Uri":"s3://in/",\
            "outputS3Uri":"s3://out/d\(ending)"}
            """
        let properties = try PipelineJSON.decode(HealthImagingClient.JobProperties.self, from: Array(job.utf8))
        #expect(try JobOutputReader.outputFolder(of: properties) == S3URI("s3://out/d/store-DicomImport-job/"))
    }

    @Test(
        "An interval is a whole number of seconds from 1",
        arguments: ["", "0", "-1", "1.5", "soon", "3601", "9223372036854775807"])
    func interval(text: String) throws {
        #expect(throws: PollIntervalError(value: text)) { try PollInterval(text) }
        let interval = try PollInterval("30")
        #expect([0, 9, 10, 50, 1000].map(interval.seconds(afterPolls:)) == [30, 30, 60, 180, 300])
        #expect([2, 3, 4].map(interval.seconds(beforeAttempt:)) == [60, 120, 240])
        #expect(try PollInterval("600").seconds(afterPolls: 1000) == 600)
        let longest = try PollInterval("3600")
        #expect(longest.seconds(afterPolls: .max) == 3600)
        #expect([Int.min + 1, .max].map(longest.seconds(beforeAttempt:)) == [3600, 3600 << 8])
    }
}
