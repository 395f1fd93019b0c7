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
        // Whatever stands where a UID belongs is taken, so that its length is no reason either: this is the longest in Explicit VR.
        limits.maximumValueLength = 64 << 10
        return limits
    }

    /// Throws an `InboxProblem` where the object has no header that can be read.
    static func read(_ object: S3Client.ListedObject, from bucket: any InboxBucket) async throws -> InstanceHeader {
        var reader = Part10HeaderReader(limits: limits)
        let end = min(object.size, maximumBytes)
        var beginning: [UInt8] = []
        var offset = 0
        var count = firstRange
        do {
            while offset < end {
                let part = try await bucket.read(object, range: offset..<min(offset + count, end))
                if offset == 0 { beginning = Array(part.prefix(ForeignContent.lengthLookedAt)) }
                offset += part.count
                count = min(count * 4, largestRange)
                let progress = try reader.feed(part)
                guard !reader.isMediaDirectory else { throw InboxProblem.mediaDirectory }
                if progress == .complete { return reader.header }
                guard !part.isEmpty else { break }
            }
            guard offset < maximumBytes || object.size == maximumBytes else { throw InboxProblem.headerTooLong }
            try reader.finish()
            return reader.header
        } catch let error as DataSetError {
            throw reader.isMediaDirectory
                ? .mediaDirectory : InboxProblem(error, size: object.size, beginning: beginning)
        }
    }
}
