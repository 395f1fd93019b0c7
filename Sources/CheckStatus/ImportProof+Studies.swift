import ByteComparison
import ImportPipeline

extension ImportProof {
    /// What became of each study of the delivery, in the order of their UIDs. Empty where HealthImaging does not say it of each instance, and
    /// where no document lists them.
    var studies: [ImportReport.Study] {
        guard basis == .instances, let keys = expected.keys else { return [] }
        let byStudy = Dictionary(grouping: keys) { BucketLayout.instance(ofKey: $0.text, in: expected.delivery)?.study }
        return byStudy.compactMap { study, keys in
            study.map { study in
                ImportReport.Study(
                    studyInstanceUID: study, instanceCount: keys.count,
                    importedCount: keys.count - notImported.intersection(keys).count)
            }
        }.sorted { $0.studyInstanceUID < $1.studyInstanceUID }
    }

    /// The one study that was not imported whole; nil: there is none, or more than one, or it is not known.
    var incompleteStudy: ImportReport.Study? {
        let incomplete = studies.filter { $0.importedCount < $0.instanceCount }
        return incomplete.count == 1 ? incomplete[0] : nil
    }
}
