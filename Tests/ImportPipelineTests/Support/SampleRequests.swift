// SPDX-License-Identifier: Apache-2.0

import Foundation
import SampleDocuments

@testable import ImportPipeline

enum SampleRequests {
    /// The import of a delivery that has this number, with one study.
    static func request(
        _ number: Int, further: Int = 0, firstAt first: String? = nil, lastAt last: String? = nil
    ) -> ImportRequest {
        let id = ImportID(SampleDeliveries.id(number), number: further)
        var request = ImportRequest(
            importId: id, manifestKey: BucketLayout.manifestKey(of: id),
            inputS3Uri: "s3://b/\(BucketLayout.prefix(of: id.delivery))", outputS3Uri: "s3://o/\(id)/",
            studyInstanceUID: "1.2", studyDate: nil, seriesInstanceUID: nil, sopInstanceUID: nil, instanceCount: 1)
        request.firstInstanceAt = first
        request.lastInstanceAt = last
        return request
    }
}
