import FoundationEssentials
import ImportPipeline

/// What a look at a job proves, with the attributes that tell it in the item.
struct ImportVerdict: Equatable {
    let outcome: ImportOutcome
    var attributes: [String: String] = [:]

    static let pending = ImportVerdict(outcome: .pending)

    /// How long an output manifest may be late before nothing more is expected of it.
    static let manifestPatience: TimeInterval = 900

    static func jobFailed(message: String?) -> ImportVerdict {
        ImportVerdict(
            outcome: .failed,
            attributes: ["message": message ?? "HealthImaging reports the job as FAILED and gives no reason"])
    }

    static func manifestMissing(since endedAt: Date, at now: Date) -> ImportVerdict {
        guard now.timeIntervalSince(endedAt) > manifestPatience else { return .pending }
        return ImportVerdict(
            outcome: .failed,
            attributes: [
                "message": """
                the job is COMPLETED, but job-output-manifest.json did not appear within \
                \(Int(manifestPatience)) s: nothing proves that the instances were imported
                """
            ])
    }
}

extension ImportVerdict {
    /// The counts decide, whatever the job's status says.
    init(summary: JobOutputManifest.Summary, expectedInstances: Int) {
        let imported = summary.numberOfImportedFiles
        // More than expected: an object whose sender was told to send it again, since S3's answer was lost.
        let isWhole = imported >= expectedInstances && summary.numberOfFailedFiles == 0
        outcome = imported == 0 ? .failed : isWhole ? .imported : .partial
        attributes = [
            "scannedCount": String(summary.numberOfScannedFiles),
            "importedCount": String(imported),
            "failedCount": String(summary.numberOfFailedFiles),
        ]
        attributes["imageSetCount"] = summary.numberOfGeneratedImageSets.map(String.init)
        if outcome != .imported {
            attributes["message"] = """
                \(imported) of \(expectedInstances) instances imported, \(summary.numberOfFailedFiles) failed: the job's \
                FAILURE/failure.ndjson names them
                """
        }
    }
}
