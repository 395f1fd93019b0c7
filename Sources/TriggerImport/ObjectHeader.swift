import AWS
import DICOM

/// Reads the beginning of a Part 10 object by ranged GETs, as far as its header goes and no further.
enum ObjectHeader {
    private static let firstRange = 64 << 10
    private static let largestRange = 4 << 20

    static func read(_ object: S3Object, from s3: S3Client) async throws -> Part10HeaderReader {
        var reader = Part10HeaderReader()
        var offset = 0
        var count = firstRange
        while offset < object.size {
            let part = try await s3.getObject(
                bucket: object.bucket, key: object.key, range: offset..<min(offset + count, object.size),
                ifMatch: object.quotedETag)
            if try reader.feed(part.body) == .complete { return reader }
            offset += part.body.count
            count = min(count * 4, largestRange)
            guard !part.body.isEmpty else { break }
        }
        try reader.finish()
        return reader
    }
}
