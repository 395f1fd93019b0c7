// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import ImportPipeline
import StructuredLog

/// What a look at an import job proves.
enum ImportVerdict {
    /// The job has not ended, or its output is not complete yet.
    case pending
    /// The job has ended. `cause` says whether the same import may have another outcome when it is started again.
    case ended(ImportOutcome, cause: ErrorClass, ImportFindings)

    /// Seconds after the end of a job in which its output manifest, and lines about single files, may still appear.
    static let outputPatience: TimeInterval = 900

    /// HealthImaging reports the job as FAILED. Its text may quote the content of a file.
    static func jobFailed(message: String?) -> ImportVerdict {
        let text =
            message.map { HealthImagingReason($0).text }
            ?? "HealthImaging reports the job as FAILED and gives no reason"
        return .ended(.failed, cause: ErrorClass(jobMessage: message), ImportFindings(message: text))
    }

    var outcome: ImportOutcome {
        if case .ended(let outcome, _, _) = self { outcome } else { .pending }
    }
}

extension ImportVerdict {
    /// The proof decides, whatever the status of the job is: instance by instance where HealthImaging names the
    /// instances, otherwise by its numbers. Where neither proves anything the import is PARTIAL: the originals stay,
    /// and it can be started again.
    init(_ proof: ImportProof) {
        let outcome: ImportOutcome = proof.isWhole ? .imported : proof.isNothingImported ? .failed : .partial
        var findings = ImportFindings()
        findings.scannedCount = proof.summary?.numberOfScannedFiles
        findings.importedCount = proof.importedCount
        findings.failedCount = proof.failedCount
        findings.imageSetCount = proof.summary?.numberOfGeneratedImageSets
        findings.missingCount = proof.missing.count
        findings.warningCount = proof.warned.count
        findings.nonPrimaryCount = proof.nonPrimaryCount
        if outcome != .imported {
            findings.incompleteStudy = proof.incompleteStudy.map { ($0.studyInstanceUID, $0.instanceCount) }
            findings.message = Self.message(proof)
        }
        self = .ended(outcome, cause: outcome == .imported ? .permanent : proof.cause, findings)
    }

    /// The item holds the reason of a single instance. The report holds the reasons of several.
    private static func message(_ proof: ImportProof) -> String {
        if proof.expected.count == 1, let failure = proof.failures.first {
            let reason = HealthImagingReason("\(failure.errorType): \(failure.message)")
            let rest = reason.isComplete ? "" : " (the report has the whole message)"
            return "HealthImaging did not import the instance: \(reason.text)\(rest)"
        }
        let late =
            proof.summary == nil ? "; job-output-manifest.json did not appear within \(Int(outputPatience)) s" : ""
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
