// SPDX-License-Identifier: Apache-2.0

import ByteComparison
import ImportPipeline

extension ImportProof {
    /// The result of each study of the delivery, ordered by UID. Empty if HealthImaging does not name every instance,
    /// or no document lists the instances.
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

    /// The only study that was not imported completely; `nil` if every study was, if several were not, or if it is not
    /// known.
    var incompleteStudy: ImportReport.Study? {
        let incomplete = studies.filter { $0.importedCount < $0.instanceCount }
        return incomplete.count == 1 ? incomplete[0] : nil
    }
}
