// SPDX-License-Identifier: Apache-2.0

import AWS
import ImportPipeline

/// The bucket as the intake uses it: documents, and listings of prefixes.
package protocol IntakeBucket: DocumentStore {
    /// The objects whose keys begin with the prefix, ordered by their keys: at most `maximum` of them and, if `key` is
    /// given, only those after it.
    func list(prefix: String, startingAfter key: String?, maximum: Int) async throws -> S3Client.Listing

    /// The names of the folders directly below a prefix that ends in `/`. There are not more than
    /// `HealthImagingLimits.maximumInstances`, or the delivery is not imported.
    func folders(prefix: String) async throws -> [String]
}

extension IntakeBucket {
    /// A small document whose size a listing has told. A larger document is not read.
    func readSmall<Document: Decodable>(_: Document.Type, key: String, size: Int) async throws -> Document? {
        guard size <= DocumentLimits.maximumSmallBytes else {
            throw DocumentError(expected: "at most \(DocumentLimits.maximumSmallBytes) bytes, but it has \(size)")
        }
        return try await read(Document.self, key: key)
    }
}
