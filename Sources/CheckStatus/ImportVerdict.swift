import FoundationEssentials
import ImportPipeline

/// What a look at a job proves, with the attributes that tell it in the item.
struct ImportVerdict: Equatable {
    let outcome: ImportOutcome
    /// Whether the same import, started again, may well have another outcome.
    var isTransient = false
    var attributes: [String: String] = [:]

    static let pending = ImportVerdict(outcome: .pending)

    /// How long an output manifest may be late before nothing more is expected of it.
    static let manifestPatience: TimeInterval = 900

    static func jobFailed(message: String?) -> ImportVerdict {
        ImportVerdict(
            outcome: .failed, isTransient: isTransient(message),
            attributes: [
                "message": message.map(shortened) ?? "HealthImaging reports the job as FAILED and gives no reason"
            ])
    }

    /// An item has room for 400 KB in all.
    private static func shortened(_ message: String) -> String {
        String(String.UnicodeScalarView(message.unicodeScalars.prefix(DocumentLimits.maximumMessageLength)))
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

    /// Whether a job FAILED for a reason that passes. What the service says is documented nowhere (unverified): reasons that
    /// name a mistake of ours stay, any other may pass, since starting again costs little and an image is worth it.
    private static func isTransient(_ message: String?) -> Bool {
        let lasting = [
            "access", "denied", "authoriz", "permission", "not found", "no such", "does not exist", "invalid",
            "validation",
            "exceed", "limit", "unsupported", "no object", "no dicom", "empty",
        ]
        let message = (message ?? "").lowercased()
        return !lasting.contains { message.contains($0) }
    }
}

extension ImportVerdict {
    /// The proof decides, whatever the job's status says. Instance by instance, where HealthImaging names them; otherwise by
    /// the numbers.
    init(_ proof: ImportProof) {
        let summary = proof.summary
        let imported = summary.numberOfImportedFiles
        outcome = imported == 0 ? .failed : proof.isWhole ? .imported : .partial
        isTransient = outcome != .imported && summary.numberOfFilesWithServerError > 0
        attributes = [
            "scannedCount": String(summary.numberOfScannedFiles),
            "importedCount": String(imported),
            "failedCount": String(summary.numberOfFailedFiles),
        ]
        attributes["imageSetCount"] = summary.numberOfGeneratedImageSets.map(String.init)
        if !proof.missing.isEmpty { attributes["missingCount"] = String(proof.missing.count) }
        if proof.nonPrimaryCount > 0 { attributes["nonPrimaryCount"] = String(proof.nonPrimaryCount) }
        if outcome != .imported { attributes["message"] = Self.message(proof) }
    }

    /// A single instance has one reason, which fits into the item; of several the report has them.
    private static func message(_ proof: ImportProof) -> String {
        guard proof.expected.count == 1, let failure = proof.failures.first else {
            return """
                \(proof.summary.numberOfImportedFiles) of \(proof.expected.count) instances imported, \
                \(proof.summary.numberOfFailedFiles) failed, \(proof.missing.count) are not mentioned: the report names them
                """
        }
        let reason = HealthImagingReason("\(failure.errorType): \(failure.message)")
        let rest = reason.isComplete ? "" : " (the report has the whole message)"
        return "HealthImaging did not import the instance: \(reason.text)\(rest)"
    }
}
