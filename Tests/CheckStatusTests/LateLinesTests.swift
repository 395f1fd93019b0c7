// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import LambdaRuntime
import LoopbackHTTP
import SampleDocuments
import TestLog
import Testing

@testable import CheckStatus
@testable import ImportPipeline

/// The function itself, on an output whose manifest counts two files and whose lines name one.
@Suite struct LateLinesTests {
    private static let id = SampleDeliveries.id(1)

    private static func answer(_ target: String, secondsSinceEnd: Int) -> String? {
        let folder = "/output/\(id)/store-DicomImport-job/"
        let key = SampleDeliveries.key(id, "1.4")
        if target.contains("/job/") {
            let ended = Int(Date().timeIntervalSince1970) - secondsSinceEnd
            return #"{"jobProperties":{"jobId":"job","jobStatus":"COMPLETED","endedAt":\#(ended)}}"#
        }
        if target.contains("list-type=2") {
            let listed = "\(folder.dropFirst("/output/".count))SUCCESS/1.ndjson"
            return """
                <ListBucketResult><IsTruncated>false</IsTruncated><Contents><Key>\(listed)</Key><Size>9</Size>\
                <LastModified>2026-11-23T23:52:31.000Z</LastModified><ETag>"e"</ETag></Contents></ListBucketResult>
                """
        }
        return switch target {
        case "/bucket/\(BucketLayout.manifestKey(of: ImportID(id)))":
            (try? PipelineJSON.encode(SampleDeliveries.manifest(id, ["1.4", "1.5"])))
                .map { String(decoding: $0, as: UTF8.self) }
        case "\(folder)job-output-manifest.json":
            """
            {"jobSummary":{"numberOfImportedFiles":2,"numberOfFilesWithCustomerError":0,\
            "numberOfFilesWithServerError":0}}
            """
        case "\(folder)SUCCESS/1.ndjson": SampleResults.imported(key)
        case "/", "\(folder)report.json": "{}"
        default: nil
        }
    }

    @Test(
        "Lines that the manifest counts are waited for as long as the manifest itself",
        arguments: [(100, ImportOutcome.pending), (1_000, .partial)])
    func wait(secondsSinceEnd: Int, outcome: ImportOutcome) async throws {
        let request = ImportRequest(
            SampleDeliveries.manifest(Self.id, ["1.4", "1.5"]), of: ImportID(Self.id), bucket: "bucket",
            outputRoot: "s3://output/")
        let progress = ImportProgress(
            request: request, attempt: 1, jobId: "job", jobStatus: .inProgress, outcome: .pending, waitSeconds: 0,
            polls: 1)
        try await LoopbackHTTPServer.serve {
            Self.answer($0.target, secondsSinceEnd: secondsSinceEnd).map { .status(200, $0) }
                ?? .status(404, "<Error><Code>NoSuchKey</Code></Error>")
        } to: { server, url, _ in
            let logger = RecordedLog().logger
            let function = try CheckStatusFunction(
                environment: LambdaEnvironment(
                    variables: [
                        "AWS_REGION": "eu-central-1", "AWS_ENDPOINT_URL": url, "AWS_ACCESS_KEY_ID": "a",
                        "AWS_SECRET_ACCESS_KEY": "s", "TABLE_NAME": "t", "DATASTORE_ID": "store", "POLL_SECONDS": "30",
                    ], logger: logger))
            let context = LambdaContext(requestID: "r", deadline: Date().addingTimeInterval(60), logger: logger)
            let told = try await function.handle(progress, context: context)
            #expect(told.outcome == outcome)
            #expect(server.requests.contains { $0.target.hasSuffix("report.json") } == (outcome != .pending))
        }
    }
}
