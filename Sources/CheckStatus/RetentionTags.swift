// SPDX-License-Identifier: Apache-2.0

import AWS
import ByteComparison
import ImportPipeline
import Logging
import StructuredLog

/// Tags objects that may expire: the lifecycle rules of the bucket delete only tagged objects.
///
/// If a tag cannot be written, its object is kept. Nothing is lost, so this is not a failure of the import.
struct RetentionTags: Sendable {
    enum Tag: String, CaseIterable, Sendable {
        /// HealthImaging says that it has imported the instance.
        case imported
        /// The sender was never told that the object was stored.
        case unacknowledged
    }

    private static let maximumInFlight = 32

    let s3: S3Client
    let bucket: String
    let logger: Logger

    /// Replaces other tags of the objects.
    func add(_ tag: Tag, to keys: Set<ByteText>) async {
        var failures: [any Error] = []
        await keys.sorted().sideBySide(atMost: Self.maximumInFlight) { key -> (any Error)? in
            do {
                try await s3.putObjectTagging(bucket: bucket, key: key.text, tag: (tag.rawValue, "true"))
                return nil
            } catch {
                return error
            }
        } take: {
            if let error = $0 { failures.append(error) }
        }
        guard let first = failures.first else { return }
        logger.error(
            "objects not tagged: they will not expire", error: first,
            metadata: ["count": "\(failures.count)", "tag": "\(tag.rawValue)"])
    }
}
