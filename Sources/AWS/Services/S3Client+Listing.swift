// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials

extension S3Client {
    package struct Listing: Sendable, Equatable {
        package var objects: [ListedObject] = []
        /// Whether these are all objects.
        package var isComplete = true

        package init(objects: [ListedObject] = [], isComplete: Bool = true) {
            self.objects = objects
            self.isComplete = isComplete
        }
    }

    /// At most `maximum` objects whose keys begin with the prefix, in the order of their keys. If `startAfter` is
    /// given, only objects with later keys.
    package func listObjects(
        bucket: String, prefix: String, startingAfter startAfter: String? = nil, maximum: Int
    ) async throws -> Listing {
        var listing = Listing()
        var token: String?
        let start = startAfter.map { "&start-after=\($0.percentEncoded())" } ?? ""
        while true {
            let continuation = token.map { "continuation-token=\($0.percentEncoded())&" } ?? ""
            let response = try await send(
                "ListObjectsV2", "GET", bucket, "",
                query: "\(continuation)list-type=2&prefix=\(prefix.percentEncoded())\(start)")
            listing.objects += try Self.objects(inPage: response.body)
            let isLastPage = S3XML.text(of: "IsTruncated", in: response.body) != "true"
            guard !isLastPage, listing.objects.count < maximum else {
                listing.isComplete = isLastPage && listing.objects.count <= maximum
                listing.objects.removeLast(max(0, listing.objects.count - maximum))
                return listing
            }
            let next = try value("NextContinuationToken", in: response, operation: "ListObjectsV2")
            // The same page would be returned for ever.
            guard next != token else {
                throw S3AnswerError(operation: "ListObjectsV2", missing: "new NextContinuationToken")
            }
            token = next
        }
    }

    /// The objects in one page of a listing.
    package static func objects(inPage page: [UInt8]) throws -> [ListedObject] {
        try S3XML.contents(of: "Contents", in: page).map { content in
            guard let key = S3XML.text(of: "Key", in: content),
                let size = S3XML.text(of: "Size", in: content).flatMap({ Int($0) }), size >= 0,
                let lastModified = S3XML.text(of: "LastModified", in: content).flatMap(Self.lastModified),
                let eTag = S3XML.text(of: "ETag", in: content)
            else { throw S3AnswerError(operation: "ListObjectsV2", missing: "Key, Size, LastModified or ETag") }
            return ListedObject(key: key, size: size, lastModified: lastModified, eTag: eTag)
        }
    }

    /// `2026-11-24T15:53:19.000Z`
    private static func lastModified(_ text: String) -> Date? {
        try? Date(text, strategy: Date.ISO8601FormatStyle(includingFractionalSeconds: true))
    }
}
