// SPDX-License-Identifier: Apache-2.0

import AWS
import FoundationEssentials
import SampleDocuments
import StructuredLog
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
        "The counts of the output manifest decide if no files are named",
        arguments: [
            (3, 3, 0, ImportOutcome.imported), (3, 2, 1, .partial), (2, 2, 0, .partial), (3, 0, 3, .failed),
            (4, 3, 1, .partial), (4, 4, 0, .imported), (0, 0, 0, .failed),
        ])
    func outcome(scanned: Int, imported: Int, failed: Int, outcome: ImportOutcome) throws {
        let verdict = ImportVerdict(
            ImportProof(
                expected: ExpectedInstances(count: 3, delivery: SampleDeliveries.id(1), prefix: "d/", keys: nil),
                summary: try summary(scanned: scanned, imported: imported, failed: failed), results: nil))
        #expect(verdict.outcome == outcome)
        #expect(verdict.findings?.importedCount == imported)
        #expect(verdict.findings?.failedCount == failed)
        #expect((verdict.findings?.message == nil) == (outcome == .imported))
    }

    @Test(
        "A failed job is started again unless its reason is permanent, and later if HealthImaging is busy",
        arguments: [
            (nil, .transient), ("InternalServerException", .transient), ("Service is unavailable", .transient),
            ("Access denied to the bucket", .permanent), ("the role is not authorized", .permanent),
            ("no object below inputS3Uri", .permanent), ("Quota exceeded", .permanent), ("Rate exceeded", .busy),
            ("ThrottlingException: limit", .busy), ("Too Many Requests", .busy), ("Please slow down.", .busy),
        ] as [(String?, ErrorClass)])
    func cause(message: String?, cause: ErrorClass) {
        let verdict = ImportVerdict.jobFailed(message: message)
        #expect(verdict.outcome == .failed)
        #expect(verdict.cause == cause)
        #expect(verdict.findings?.message?.isEmpty == false)
    }

    private func progress(_ change: (inout ImportProgress) -> Void) throws -> ImportProgress {
        var progress = try PipelineJSON.decode(ImportProgress.self, from: Array(SampleDocument.progress.text.utf8))
        change(&progress)
        return progress
    }

    private func attempts(_ causes: [ErrorClass], from progress: ImportProgress) throws -> [Int] {
        let interval = try PollInterval("30")
        var (progress, waits) = (progress, [Int]())
        for cause in causes {
            progress = progress.progressed(
                by: .ended(.failed, cause: cause, ImportFindings()), on: .failed, age: nil, interval)
            guard progress.startsAgain else { break }
            waits.append(progress.waitSeconds)
            progress.startsAgain = false
        }
        return waits
    }

    @Test("Transient failures have four attempts, and attempts while HealthImaging is busy do not count among them")
    func attempts() throws {
        let first = try progress { _ in }
        #expect(try attempts(.init(repeating: .transient, count: 9), from: first) == [60, 120, 240])
        #expect(
            try attempts(.init(repeating: .busy, count: 9), from: first)
                == [300, 600, 1_200, 2_400, 4_800, 9_600, 14_400, 14_400])
        #expect(
            try attempts([.transient, .busy, .busy, .transient, .transient, .transient], from: first)
                == [60, 300, 600, 120, 240])
        #expect(try attempts([.permanent], from: first) == [])
        // The last attempt that a client token has room for.
        let last = try progress { $0.attempt = ImportProgress.maximumAttempts }
        #expect(try attempts([.busy], from: last) == [])
        let token = last.request.clientToken(attempt: last.attempt)
        #expect(token.utf8.count <= 64)
    }

    @Test("The reason in an item is shortened")
    func longReason() {
        let message = ImportVerdict.jobFailed(message: String(repeating: "no ", count: 10_000)).findings?.message
        #expect(message.map { $0.hasPrefix("no no") && $0.utf8.count <= DocumentLimits.maximumMessageLength } == true)
    }

    @Test(
        "The reason of a failed job in an item quotes no value, and says that access was denied",
        arguments: [
            ("PatientName is 'Doe^John': Invalid value", "PatientName is … Invalid value", ErrorClass.permanent),
            ("'Invalid^John' was read", "… was read", .permanent),
            ("AccessDenied: Access Denied to s3://b/Doe", "AccessDenied: Access Denied to …", .permanent),
            ("User: arn:aws:sts::1:x is not authorized", "… is not authorized", .permanent),
        ])
    func quotedReason(message: String, stored: String, cause: ErrorClass) {
        let verdict = ImportVerdict.jobFailed(message: message)
        #expect(verdict.findings?.message == stored)
        #expect(verdict.cause == cause)
    }

    @Test(
        "A late output manifest is waited for from the end of the job or, if it is not told, from its submission",
        arguments: [(#","submittedAt":0,"endedAt":100"#, 100), (#","submittedAt":100"#, 100), ("", nil)])
    func late(times: String, since: Double?) throws {
        let job = try PipelineJSON.decode(
            HealthImagingClient.JobProperties.self, from: Array(#"{"jobStatus":"COMPLETED"\#(times)}"#.utf8))
        func isAwaited(_ seconds: Double) -> Bool {
            job.hasEnded(
                within: ImportVerdict.outputPatience, of: Date(timeIntervalSince1970: (since ?? 0) + seconds))
        }
        #expect(isAwaited(899) == (since != nil))
        #expect(!isAwaited(901))
    }

    @Test(
        "The job's folder is found whether or not the reported URI contains it, or no URI is reported",
        arguments: [
            "\"s3://out/d\"", "\"s3://out/d/\"", "\"s3://out/d/store-DicomImport-job/\"",
            "\"s3://out/d/store-DicomImport-job\"", "\"out\"", "1", "null",
        ])
    func folder(reported: String) throws {
        let job = try PipelineJSON.decode(
            HealthImagingClient.JobProperties.self,
            from: Array(#"{"jobStatus":"COMPLETED","outputS3Uri":\#(reported)}"#.utf8))
        let progress = try progress {
            $0.jobId = "job"
            $0.request.outputS3Uri = "s3://out/d/"
        }
        #expect(
            try JobOutputReader.folder(of: job, progress, datastoreID: "store")
                == S3URI("s3://out/d/store-DicomImport-job/"))
    }

    @Test("The job's folder may be at the top of the bucket")
    func folderOfBucket() throws {
        let job = try PipelineJSON.decode(
            HealthImagingClient.JobProperties.self,
            from: Array(#"{"outputS3Uri":"s3://out/store-DicomImport-job"}"#.utf8))
        let progress = try progress { $0.jobId = "job" }
        #expect(
            try JobOutputReader.folder(of: job, progress, datastoreID: "store")
                == S3URI("s3://out/store-DicomImport-job/"))
    }

    @Test(
        "A poll interval is a whole number of seconds from 1 to 3600",
        arguments: ["", "0", "-1", "1.5", "soon", "3601", "9223372036854775807"])
    func interval(text: String) throws {
        #expect(throws: PollIntervalError(value: text)) { try PollInterval(text) }
        let interval = try PollInterval("30")
        #expect([2, 3, 4].map(interval.seconds(beforeAttempt:)) == [60, 120, 240])
        let longest = try PollInterval("3600")
        #expect([Int.min + 1, .max].map(longest.seconds(beforeAttempt:)) == [3600, 3600 << 8])
    }
}
