import ByteComparison
import ImportPipeline

/// A delivery beside what HealthImaging says of its import.
struct ImportProof: Sendable, Equatable {
    let expected: ExpectedInstances
    let summary: JobOutputManifest.Summary
    /// nil where HealthImaging names no files.
    let results: JobResults?

    private var isByInstance: Bool { results != nil && expected.keys != nil }

    /// Whether every instance of the delivery was imported. Other objects below its prefix do not count: their senders were
    /// told to send them again.
    var isWhole: Bool {
        guard summary.numberOfImportedFiles >= expected.count else { return false }
        return isByInstance ? notImported.isEmpty : summary.numberOfFailedFiles == 0
    }

    /// Keys of the delivery that HealthImaging mentions neither as imported nor as failed, in their order.
    var missing: [String] {
        notImported.subtracting(results?.failedKeys ?? []).sorted().map(\.text)
    }

    /// What HealthImaging says of instances of the delivery that it did not import.
    var failures: [JobResults.FailedFile] {
        (results?.failed ?? []).filter { expected.keys?.contains(ByteText($0.key)) ?? true }
    }

    /// Keys of the delivery that were imported, as far as HealthImaging names them.
    var imported: Set<ByteText> {
        expected.keys?.intersection(results?.imported ?? []) ?? []
    }

    /// Keys that HealthImaging mentions and no manifest of the delivery lists: the objects landed, but their senders were never
    /// told so. A key outside the delivery's prefix is another's, whatever HealthImaging's output says.
    var unacknowledged: Set<ByteText> {
        guard let results, let acknowledged = expected.acknowledged else { return [] }
        return results.imported.union(results.failedKeys).subtracting(acknowledged)
            .filter { $0.text.begins(with: expected.prefix) }
    }

    /// Instances in image sets that are not primary, by whichever of the two says more.
    var nonPrimaryCount: Int {
        max(results?.nonPrimary.count ?? 0, summary.numberOfNonPrimaryInstances)
    }

    private var notImported: Set<ByteText> {
        guard let results, let keys = expected.keys else { return [] }
        return keys.subtracting(results.imported)
    }

    func report(jobID: String, of progress: ImportProgress, outcome: ImportOutcome) -> ImportReport {
        ImportReport(
            deliveryId: progress.request.deliveryId, studyInstanceUID: progress.request.studyInstanceUID,
            seriesInstanceUID: progress.request.seriesInstanceUID, sopInstanceUID: progress.request.sopInstanceUID,
            jobId: jobID, attempt: progress.attempt, outcome: outcome,
            proof: isByInstance ? .instances : .counts, instanceCount: expected.count,
            importedCount: summary.numberOfImportedFiles, failed: results?.failed ?? [], missing: missing,
            nonPrimary: results?.nonPrimary ?? [], unacknowledged: unacknowledged.sorted().map(\.text))
    }
}
