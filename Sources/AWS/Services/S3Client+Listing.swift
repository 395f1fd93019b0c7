// SPDX-License-Identifier: Apache-2.0

import ByteComparison
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
        let start = startAfter.map { "&start-after=\($0.percentEncoded())" } ?? ""
        try await pages(bucket: bucket, query: "list-type=2&prefix=\(prefix.percentEncoded())\(start)") {
            page, isLast in
            listing.objects += try Self.objects(inPage: page)
            listing.isComplete = isLast && listing.objects.count <= maximum
            listing.objects.removeLast(max(0, listing.objects.count - maximum))
            return listing.objects.count < maximum
        }
        return listing
    }

    /// The folders directly below the prefix, which ends in `/`: their names without `/`, at most a page more than
    /// `maximum`.
    package func listFolders(bucket: String, prefix: String, maximum: Int) async throws -> [String] {
        var folders: [String] = []
        try await pages(
            bucket: bucket, query: "delimiter=\("/".percentEncoded())&list-type=2&prefix=\(prefix.percentEncoded())"
        ) { page, _ in
            for folder in S3XML.contents(of: "CommonPrefixes", in: page) {
                let key = S3XML.text(of: "Prefix", in: folder)
                guard let name = key?.removing(prefix: prefix)?.removing(suffix: "/") else {
                    throw S3AnswerError(operation: "ListObjectsV2", missing: "Prefix")
                }
                folders.append(String(name))
            }
            return folders.count < maximum
        }
        return folders
    }

    /// Reads the pages of a listing until `take` returns false.
    private func pages(
        bucket: String, query: String, _ take: (_ page: [UInt8], _ isLast: Bool) throws -> Bool
    ) async throws {
        var token: String?
        while true {
            let continuation = token.map { "continuation-token=\($0.percentEncoded())&" } ?? ""
            let response = try await send("ListObjectsV2", "GET", bucket, "", query: continuation + query)
            let isLast = S3XML.text(of: "IsTruncated", in: response.body) != "true"
            guard try take(response.body, isLast), !isLast else { return }
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
