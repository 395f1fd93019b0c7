// SPDX-License-Identifier: Apache-2.0

import AWS
import ByteComparison
import ImportPipeline
import Logging
import StructuredLog

/// Reads what HealthImaging wrote about a job that has ended, and writes the report to the same folder. Content that
/// cannot be decoded is logged or noted; it is not an error.
struct JobOutputReader: Sendable {
    let s3: S3Client
    /// `{outputS3Uri}{datastoreId}-DicomImport-{jobId}/`.
    let folder: S3URI
    let logger: Logger

    /// The maximum of files in the job's folder that are listed.
    private static let maximumFiles = 3_000

    /// `nil` while the manifest does not exist: it may appear some seconds after the end of the job.
    func summary() async throws -> JobOutputManifest.Summary? {
        do {
            return try await s3.getDocumentIfPresent(
                JobOutputManifest.self, bucket: folder.bucket, key: "\(folder.key)job-output-manifest.json"
            )?.jobSummary
        } catch let error as DocumentError {
            logger.warning(
                "job-output-manifest.json cannot be read: only the lines about single files are used", error: error)
            return JobOutputManifest.Summary()
        }
    }

    /// `nil` if HealthImaging wrote no lines about single files. The lines of one job may have
    /// `DocumentLimits.maximumResultsBytes` in all.
    func results() async throws -> JobResults? {
        var results = JobResults()
        let listing = try await s3.listObjects(bucket: folder.bucket, prefix: folder.key, maximum: Self.maximumFiles)
        if !listing.isComplete {
            results.note("", expected: "at most \(Self.maximumFiles) files, but there are more")
        }
        var bytesLeft = DocumentLimits.maximumResultsBytes
        var hasFiles = false
        for name in JobResults.Folder.allCases {
            let prefix = "\(folder.key)\(name.rawValue)/"
            // Files of any name are taken: HealthImaging does not document their names.
            for key in listing.objects.map(\.key) where key.begins(with: prefix) && key.ends(with: ".ndjson") {
                hasFiles = true
                let file = key.removing(prefix: folder.key).map(String.init) ?? key
                guard let lines = try await lines(of: key, atMost: bytesLeft) else {
                    results.note(
                        file,
                        expected:
                            "at most \(DocumentLimits.maximumResultsBytes) bytes of lines in all, but there are more")
                    return results
                }
                bytesLeft -= lines.count
                results.add(lines, of: file, in: name)
            }
        }
        return hasFiles || !results.isComplete ? results : nil
    }

    /// Writes the report, and returns its S3 URI.
    func write(_ report: ImportReport) async throws -> String {
        let key = "\(folder.key)report.json"
        try await s3.putObject(
            bucket: folder.bucket, key: key, body: try PipelineJSON.encode(report), contentType: "application/json")
        return "s3://\(folder.bucket)/\(key)"
    }

    /// `nil` if the file has more bytes.
    private func lines(of key: String, atMost maximumBytes: Int) async throws -> [UInt8]? {
        do {
            return try await s3.getObject(bucket: folder.bucket, key: key, maximumBytes: maximumBytes).body
        } catch is S3ObjectTooLarge {
            return nil
        }
    }

    /// The folder of a job. It is unverified whether the URI that a job reports already contains this folder, so both
    /// forms are accepted. If the job reports no URI, it is the one that was asked for.
    static func folder(
        of job: HealthImagingClient.JobProperties, _ progress: ImportProgress, datastoreID: String
    ) throws -> S3URI {
        let folder = "\(datastoreID)-DicomImport-\(progress.jobId)"
        let reported = job.outputS3Uri.flatMap { try? S3URI($0) }
        let root = try reported ?? S3URI(progress.request.outputS3Uri)
        let key = root.key.isEmpty || root.key.ends(with: "/") ? root.key : root.key + "/"
        return S3URI(bucket: root.bucket, key: "/\(key)".ends(with: "/\(folder)/") ? key : "\(key)\(folder)/")
    }
}
