import ByteComparison
import ImportPipeline
import StructuredLog

/// A delivery beside what HealthImaging says of its import. What HealthImaging does not say, or says in a way that cannot be read, is
/// not known; it proves nothing.
struct ImportProof: Sendable, Equatable {
    let expected: ExpectedInstances
    /// nil where job-output-manifest.json never came.
    let summary: JobOutputManifest.Summary?
    /// nil where HealthImaging names no files.
    let results: JobResults?

    /// What the outcome rests on.
    var basis: ImportReport.Proof {
        if let results, let keys = expected.keys, results.isComplete || keys.isSubset(of: named) { return .instances }
        return importedCount == nil || failedCount == nil ? .nothing : .counts
    }

    /// Whether every instance of the delivery was imported. Other objects below its prefix do not count: their senders were
    /// told to send them again.
    var isWhole: Bool {
        guard let importedCount, importedCount >= expected.count else { return false }
        switch basis {
        case .instances: return notImported.isEmpty
        case .counts: return failedCount == 0
        case .nothing: return false
        }
    }

    /// Whether it is certain that none was.
    var isNothingImported: Bool {
        guard results?.imported.isEmpty ?? true else { return false }
        if let keys = expected.keys, let results, keys.isSubset(of: results.failedKeys) { return true }
        return summary?.numberOfImportedFiles == 0 && results?.isComplete ?? true
    }

    /// Keys that are imported as far as is known, also of objects that the delivery does not list.
    var held: Set<ByteText> { basis == .counts && isWhole ? named.union(expected.keys ?? []) : named }

    /// How many files HealthImaging has imported, nil where neither its numbers nor its lines say so. Whether its number counts files
    /// with warnings is unverified: where more files are named, as many are added as have warnings.
    var importedCount: Int? {
        guard let counted = summary?.numberOfImportedFiles else { return results == nil ? nil : named.count }
        return max(counted, min(named.count, counted + (results?.warned.count ?? 0)))
    }

    /// nil where neither HealthImaging's numbers nor all of its lines say how many files have failed.
    var failedCount: Int? {
        summary?.numberOfFailedFiles ?? (results?.isComplete == true ? results?.failedKeys.count : nil)
    }

    /// Keys of the delivery that HealthImaging mentions neither as imported nor as failed, in their order. Empty where lines are
    /// missing: the delivery's instances may be in those.
    var missing: [String] {
        guard basis == .instances else { return [] }
        return notImported.subtracting(results?.failedKeys ?? []).sorted().map(\.text)
    }

    /// What HealthImaging says of instances of the delivery that it did not import.
    var failures: [JobResults.FailedFile] {
        (results?.failed ?? []).filter { expected.keys?.contains(ByteText($0.key)) ?? true }
    }

    /// Why instances of the delivery were not imported, by the one among the reasons that another attempt may help most.
    var cause: ErrorClass {
        let causes = failures.map { ErrorClass(exceptionType: $0.errorType) }
        if causes.contains(.busy) { return .busy }
        let isServersFault = (summary?.numberOfFilesWithServerError ?? 0) > 0
        return isServersFault || causes.contains(.transient) ? .transient : .permanent
    }

    /// Keys of the delivery that HealthImaging has imported and warns of.
    var warned: Set<ByteText> {
        let warned = results?.warned ?? []
        return expected.keys?.intersection(warned) ?? warned
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
        max(results?.nonPrimary.count ?? 0, summary?.numberOfNonPrimaryInstances ?? 0)
    }

    /// Keys whose objects may expire under a tag. Of a delivery that is not whole everything acknowledged stays: it may have to be
    /// imported once more.
    func mayExpire(as tag: RetentionTags.Tag, evenWithWarnings: Bool) -> Set<ByteText> {
        // Where not everything can be read, or not everything has come, it is not known which files HealthImaging warns of.
        guard let results, results.isComplete, summary != nil else { return [] }
        let keys: Set<ByteText> =
            switch tag {
            case .imported: isWhole ? named.intersection(expected.keys ?? []) : []
            case .unacknowledged: expected.isClosed ? unacknowledged : []
            }
        return evenWithWarnings ? keys : keys.subtracting(results.warned)
    }

    func report(jobID: String, of progress: ImportProgress, outcome: ImportOutcome) -> ImportReport {
        ImportReport(
            deliveryId: progress.request.deliveryId, studyInstanceUID: progress.request.studyInstanceUID,
            seriesInstanceUID: progress.request.seriesInstanceUID, sopInstanceUID: progress.request.sopInstanceUID,
            jobId: jobID, attempt: progress.attempt, outcome: outcome, proof: basis, instanceCount: expected.count,
            importedCount: importedCount, studies: studies, failed: results?.failed ?? [], missing: missing,
            warnings: results?.warnings ?? [], warningCount: warned.count,
            nonPrimary: results?.nonPrimary.sorted().map(\.text) ?? [],
            unacknowledged: unacknowledged.sorted().map(\.text), unreadable: results?.unreadable ?? [],
            unreadableCount: results?.unreadableCount ?? 0)
    }

    /// Keys that HealthImaging names as imported. One that it names as failed too counts as failed: it can be imported once more.
    private var named: Set<ByteText> {
        results?.imported.subtracting(results?.failedKeys ?? []) ?? []
    }

    var notImported: Set<ByteText> { expected.keys?.subtracting(named) ?? [] }
}
