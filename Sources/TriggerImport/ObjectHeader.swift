import AWS
import DICOM

/// Reads the beginning of a Part 10 object by ranged GETs, as far as its header goes and no further.
enum ObjectHeader {
    /// How much of an object is read, and how much of it after inflation, before it is given up: whoever can write into the
    /// inbox must not take a function's time with what stands before the UIDs.
    static let maximumBytes = 16 << 20
    private static let firstRange = 64 << 10
    private static let largestRange = 4 << 20

    private static var limits: DataSetLimits {
        var limits = DataSetLimits()
        limits.maximumBytesExamined = UInt64(maximumBytes)
        limits.maximumBytesInflated = UInt64(maximumBytes)
        return limits
    }

    /// nil: the header does not end within `maximumBytes`.
    static func read(
        _ object: S3Client.ListedObject, from bucket: any InboxBucket
    ) async throws -> Part10HeaderReader? {
        var reader = Part10HeaderReader(limits: limits)
        let end = min(object.size, maximumBytes)
        var offset = 0
        var count = firstRange
        while offset < end {
            let range = offset..<min(offset + count, end)
            let part = try await bucket.read(object, range: range)
            if try reader.feed(part) == .complete { return reader }
            offset += part.count
            count = min(count * 4, largestRange)
            guard !part.isEmpty else { break }
        }
        guard offset < maximumBytes || object.size == maximumBytes else { return nil }
        try reader.finish()
        return reader
    }
}
