import AWS
import ImportPipeline
import Logging
import StructuredLog

/// Tags objects that were imported: the bucket's lifecycle rule lets only those expire.
///
/// A tag that cannot be written keeps its object; nothing is lost by that, so that it is no failure of the import.
struct RetentionTags: Sendable {
    static let tag = (key: "imported", value: "true")
    private static let maximumInFlight = 32

    let s3: S3Client

    func add(to keys: Set<String>, bucket: String, logger: Logger) async {
        var failures: [any Error] = []
        await keys.sorted().sideBySide(atMost: Self.maximumInFlight) { key -> (any Error)? in
            do {
                try await s3.putObjectTagging(bucket: bucket, key: key, tag: Self.tag)
                return nil
            } catch {
                return error
            }
        } take: {
            if let error = $0 { failures.append(error) }
        }
        guard let first = failures.first else { return }
        logger.error("objects not tagged: they will not expire", error: first, metadata: ["count": "\(failures.count)"])
    }
}
