import FoundationEssentials

extension S3Client {
    /// What a listing tells of an object.
    package struct ListedObject: Sendable, Equatable {
        package let key: String
        /// In bytes.
        package let size: Int
        package let lastModified: Date
    }

    /// Every object whose key begins with the prefix, in the order of their keys.
    package func listObjects(bucket: String, prefix: String) async throws -> [ListedObject] {
        var objects: [ListedObject] = []
        var continuation = ""
        while true {
            let response = try await send(
                "ListObjectsV2", "GET", bucket, "",
                query: "\(continuation)list-type=2&prefix=\(prefix.percentEncoded())")
            objects += try S3XML.contents(of: "Contents", in: response.body).map(Self.listedObject)
            guard S3XML.text(of: "IsTruncated", in: response.body) == "true" else { return objects }
            let token = try value("NextContinuationToken", in: response, operation: "ListObjectsV2")
            continuation = "continuation-token=\(token.percentEncoded())&"
        }
    }

    private static func listedObject(_ content: [UInt8]) throws -> ListedObject {
        guard let key = S3XML.text(of: "Key", in: content),
            let size = S3XML.text(of: "Size", in: content).flatMap({ Int($0) }),
            let lastModified = S3XML.text(of: "LastModified", in: content).flatMap(Self.lastModified)
        else { throw S3AnswerError(operation: "ListObjectsV2", missing: "Key, Size or LastModified") }
        return ListedObject(key: key, size: size, lastModified: lastModified)
    }

    /// `2026-11-24T15:53:19.000Z`
    private static func lastModified(_ text: String) -> Date? {
        try? Date(text, strategy: Date.ISO8601FormatStyle(includingFractionalSeconds: true))
    }
}
