import FoundationEssentials
import ImportPipeline
import StructuredLog

/// What a look at a job proves, with the attributes that tell it in the item.
struct ImportVerdict: Equatable {
    let outcome: ImportOutcome
    /// Whether the same import, started again, may well have another outcome, and when.
    var cause = ErrorClass.permanent
    var attributes: [String: String] = [:]

    static let pending = ImportVerdict(outcome: .pending)

    /// How long an output manifest may be late before nothing more is expected of it.
    static let manifestPatience: TimeInterval = 900

    static func jobFailed(message: String?) -> ImportVerdict {
        ImportVerdict(
            outcome: .failed, cause: ErrorClass(jobMessage: message),
            attributes: [
                // An item has room for 400 KB in all.
                "message": message.map(DocumentLimits.shortened)
                    ?? "HealthImaging reports the job as FAILED and gives no reason"
            ])
    }

    static func isManifestOverdue(since endedAt: Date, at now: Date) -> Bool {
        now.timeIntervalSince(endedAt) > manifestPatience
    }
}

extension ImportVerdict {
    /// The proof decides, whatever the job's status says. Instance by instance, where HealthImaging names them; otherwise by
    /// the numbers. Where neither proves anything the import is PARTIAL: the originals stay, and it can be started again.
    init(_ proof: ImportProof) {
        outcome = proof.isWhole ? .imported : proof.isNothingImported ? .failed : .partial
        cause = outcome == .imported ? .permanent : proof.cause
        attributes["scannedCount"] = proof.summary?.numberOfScannedFiles.map(String.init)
        attributes["importedCount"] = proof.importedCount.map(String.init)
        attributes["failedCount"] = proof.failedCount.map(String.init)
        attributes["imageSetCount"] = proof.summary?.numberOfGeneratedImageSets.map(String.init)
        if !proof.missing.isEmpty { attributes["missingCount"] = String(proof.missing.count) }
        if !proof.warned.isEmpty { attributes["warningCount"] = String(proof.warned.count) }
        if proof.nonPrimaryCount > 0 { attributes["nonPrimaryCount"] = String(proof.nonPrimaryCount) }
        if outcome != .imported, let study = proof.incompleteStudy {
            attributes["incompleteStudyInstanceUID"] = study.studyInstanceUID
            attributes["incompleteStudyInstanceCount"] = String(study.instanceCount)
        }
        if outcome != .imported { attributes["message"] = Self.message(proof) }
    }

    /// A single instance has one reason, which fits into the item; of several the report has them.
    private static func message(_ proof: ImportProof) -> String {
        if proof.expected.count == 1, let failure = proof.failures.first {
            let reason = HealthImagingReason("\(failure.errorType): \(failure.message)")
            let rest = reason.isComplete ? "" : " (the report has the whole message)"
            return "HealthImaging did not import the instance: \(reason.text)\(rest)"
        }
        let late =
            proof.summary == nil ? "; job-output-manifest.json did not appear within \(Int(manifestPatience)) s" : ""
        guard let imported = proof.importedCount, let failed = proof.failedCount else {
            return """
                it is not known whether all \(proof.expected.count) instances were imported: HealthImaging's output does not say so, \
                or cannot be read\(late)
                """
        }
        return """
            \(imported) of \(proof.expected.count) instances imported, \(failed) failed, \(proof.missing.count) are not mentioned: \
            the report names them\(late)
            """
    }
}
