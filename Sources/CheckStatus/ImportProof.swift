// SPDX-License-Identifier: Apache-2.0

import ByteComparison
import ImportPipeline
import StructuredLog

/// Compares a delivery with what HealthImaging says about its import. Anything that HealthImaging does not say, or says
/// in a form that cannot be read, is not known and proves nothing.
struct ImportProof: Sendable, Equatable {
    let expected: ExpectedInstances
    /// `nil` if job-output-manifest.json did not appear.
    let summary: JobOutputManifest.Summary?
    /// `nil` if HealthImaging names no files.
    let results: JobResults?

    /// The kind of evidence for the outcome.
    var basis: ImportReport.Proof {
        if let results, let keys = expected.keys, results.isComplete || keys.isSubset(of: named) { return .instances }
        return importedCount == nil || failedCount == nil ? .nothing : .counts
    }

    /// Whether every instance of the delivery was imported. Other objects below its prefix do not count: their senders
    /// were told to send them again.
    var isWhole: Bool {
        guard let importedCount, importedCount >= expected.count else { return false }
        switch basis {
        case .instances: return notImported.isEmpty
        case .counts: return failedCount == 0
        case .nothing: return false
        }
    }

    /// Whether more lines may appear, which may prove more: the lines name fewer files than the numbers count.
    var mayGrow: Bool {
        guard !isWhole, results?.isComplete ?? true, let imported = summary?.numberOfImportedFiles,
            let failed = summary?.numberOfFailedFiles
        else { return false }
        return (results.map { $0.imported.union($0.failedKeys).count } ?? 0) < imported + failed
    }

    /// Whether it is certain that no instance was imported.
    var isNothingImported: Bool {
        guard results?.imported.isEmpty ?? true else { return false }
        if let keys = expected.keys, let results, keys.isSubset(of: results.failedKeys) { return true }
        return summary?.numberOfImportedFiles == 0 && results?.isComplete ?? true
    }

    /// Keys that are imported, as far as is known. They include objects that the delivery does not list.
    var held: Set<ByteText> { basis == .counts && isWhole ? named.union(expected.keys ?? []) : named }

    /// How many files HealthImaging has imported; `nil` if neither its numbers nor its lines say so. It is unverified
    /// whether its number includes files with warnings. So if more files are named than counted, up to the number of
    /// files with warnings is added.
    var importedCount: Int? {
        guard let counted = summary?.numberOfImportedFiles else { return results == nil ? nil : named.count }
        return max(counted, min(named.count, counted + (results?.warned.count ?? 0)))
    }

    /// How many files have failed; `nil` if neither the numbers of HealthImaging nor all of its lines say so.
    var failedCount: Int? {
        summary?.numberOfFailedFiles ?? (results?.isComplete == true ? results?.failedKeys.count : nil)
    }

    /// Keys of the delivery that HealthImaging names neither as imported nor as failed, in order. Empty if lines are
    /// missing: these may name the instances.
    var missing: [String] {
        guard basis == .instances else { return [] }
        return notImported.subtracting(results?.failedKeys ?? []).sorted().map(\.text)
    }

    /// The lines about instances of the delivery that were not imported.
    var failures: [JobResults.FailedFile] {
        (results?.failed ?? []).filter { expected.keys?.contains(ByteText($0.key)) ?? true }
    }

    /// The class of the reasons why instances were not imported. If there are several, it is the class for which
    /// another attempt helps most.
    var cause: ErrorClass {
        let causes = failures.map { ErrorClass(exceptionType: $0.errorType) }
        if causes.contains(.busy) { return .busy }
        let isServersFault = (summary?.numberOfFilesWithServerError ?? 0) > 0
        return isServersFault || causes.contains(.transient) ? .transient : .permanent
    }

    /// Keys of the delivery that HealthImaging has imported with a warning.
    var warned: Set<ByteText> {
        let warned = results?.warned ?? []
        return expected.keys?.intersection(warned) ?? warned
    }

    /// Keys that HealthImaging names and no manifest of the delivery lists: the objects are stored, but their senders
    /// were never told so. A key outside the prefix of the delivery belongs to another one, whatever the output of
    /// HealthImaging says.
    var unacknowledged: Set<ByteText> {
        guard let results, let acknowledged = expected.acknowledged else { return [] }
        return results.imported.union(results.failedKeys).subtracting(acknowledged)
            .filter { $0.text.begins(with: expected.prefix) }
    }

    /// The number of instances in image sets that are not primary: the larger of the two numbers that HealthImaging
    /// gives.
    var nonPrimaryCount: Int {
        max(results?.nonPrimary.count ?? 0, summary?.numberOfNonPrimaryInstances ?? 0)
    }

    /// Keys whose objects may expire under a tag. If a delivery was not imported completely, all acknowledged objects
    /// are kept: they may have to be imported again.
    func mayExpire(as tag: RetentionTags.Tag, evenWithWarnings: Bool) -> Set<ByteText> {
        // If the output is incomplete or cannot be read completely, it is not known which files have warnings.
        guard let results, results.isComplete, summary != nil else { return [] }
        let keys: Set<ByteText> =
            switch tag {
            case .imported: isWhole ? named.intersection(expected.keys ?? []) : []
            case .unacknowledged: expected.isClosed ? unacknowledged : []
            }
        return evenWithWarnings ? keys : keys.subtracting(results.warned)
    }

    func report(of progress: ImportProgress, datastoreID: String, outcome: ImportOutcome) -> ImportReport {
        ImportReport(
            deliveryId: progress.request.deliveryId, datastoreId: datastoreID,
            studyInstanceUID: progress.request.studyInstanceUID,
            seriesInstanceUID: progress.request.seriesInstanceUID, sopInstanceUID: progress.request.sopInstanceUID,
            jobId: progress.jobId, attempt: progress.attempt, outcome: outcome, proof: basis,
            instanceCount: expected.count,
            importedCount: importedCount, studies: studies, failed: results?.failed ?? [], missing: missing,
            warnings: results?.warnings ?? [], warningCount: warned.count,
            nonPrimary: results?.nonPrimary.sorted().map(\.text) ?? [],
            unacknowledged: unacknowledged.sorted().map(\.text), unreadable: results?.unreadable ?? [],
            unreadableCount: results?.unreadableCount ?? 0)
    }

    /// Keys that HealthImaging names as imported. A key that it also names as failed counts as failed: it can be
    /// imported again.
    private var named: Set<ByteText> {
        results?.imported.subtracting(results?.failedKeys ?? []) ?? []
    }

    var notImported: Set<ByteText> { expected.keys?.subtracting(named) ?? [] }
}
