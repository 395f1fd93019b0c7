import FoundationEssentials

extension S3Client {
    /// What a listing tells of an object.
    package struct ListedObject: Sendable, Equatable {
        package let key: String
        /// In bytes.
        package let size: Int
        package let lastModified: Date
    }

    package struct Listing: Sendable, Equatable {
        package var objects: [ListedObject] = []
        /// Whether there are no more than these.
        package var isComplete = true
    }

    /// The objects whose keys begin with the prefix, in the order of their keys, so many at most.
    package func listObjects(bucket: String, prefix: String, maximum: Int) async throws -> Listing {
        var listing = Listing()
        var continuation = ""
        while true {
            let response = try await send(
                "ListObjectsV2", "GET", bucket, "",
                query: "\(continuation)list-type=2&prefix=\(prefix.percentEncoded())")
            listing.objects += try Self.objects(inPage: response.body)
            let isLastPage = S3XML.text(of: "IsTruncated", in: response.body) != "true"
            guard !isLastPage, listing.objects.count < maximum else {
                listing.isComplete = isLastPage && listing.objects.count <= maximum
                listing.objects.removeLast(max(0, listing.objects.count - maximum))
                return listing
            }
            let token = try value("NextContinuationToken", in: response, operation: "ListObjectsV2")
            continuation = "continuation-token=\(token.percentEncoded())&"
        }
    }

    /// What one page of a listing tells.
    package static func objects(inPage page: [UInt8]) throws -> [ListedObject] {
        try S3XML.contents(of: "Contents", in: page).map { content in
            guard let key = S3XML.text(of: "Key", in: content),
                let size = S3XML.text(of: "Size", in: content).flatMap({ Int($0) }), size >= 0,
                let lastModified = S3XML.text(of: "LastModified", in: content).flatMap(Self.lastModified)
            else { throw S3AnswerError(operation: "ListObjectsV2", missing: "Key, Size or LastModified") }
            return ListedObject(key: key, size: size, lastModified: lastModified)
        }
    }

    /// `2026-11-24T15:53:19.000Z`
    private static func lastModified(_ text: String) -> Date? {
        try? Date(text, strategy: Date.ISO8601FormatStyle(includingFractionalSeconds: true))
    }
}
