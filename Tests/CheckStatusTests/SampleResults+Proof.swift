// SPDX-License-Identifier: Apache-2.0

import ByteComparison
import ImportPipeline
import SampleDocuments

@testable import CheckStatus

extension SampleResults {
    /// A delivery with these keys, compared with these results.
    static func proof(
        of keys: [String]?, count: Int? = nil, imported: Int? = nil, failed: Int? = nil, _ results: JobResults?,
        isManifestThere: Bool = true
    ) -> ImportProof {
        var summary = JobOutputManifest.Summary()
        summary.numberOfImportedFiles = imported
        summary.numberOfFilesWithCustomerError = failed
        summary.numberOfFilesWithServerError = failed.map { _ in 0 }
        let expected = ExpectedInstances(
            count: count ?? keys?.count ?? 1, delivery: SampleDeliveries.id(1), prefix: "d/",
            keys: keys.map { Set($0.map { ByteText($0) }) },
            acknowledged: [], isClosed: true)
        return ImportProof(expected: expected, summary: isManifestThere ? summary : nil, results: results)
    }
}
