// SPDX-License-Identifier: Apache-2.0

import AWS
import DICOM

/// Reads the header of a Part 10 object by ranged GETs, and no more of the object than necessary.
enum ObjectHeader {
    /// The maximum that is read of an object, and of its inflated content. Anyone who can write into the inbox could
    /// otherwise use up the time of a function with content before the UIDs.
    static let maximumBytes = 16 << 20
    private static let firstRange = 64 << 10
    private static let largestRange = 4 << 20

    private static var limits: DataSetLimits {
        var limits = DataSetLimits()
        limits.maximumBytesExamined = UInt64(maximumBytes)
        limits.maximumBytesInflated = UInt64(maximumBytes)
        // A UID of any length is accepted, so that its length is no reason to reject the object: this is the longest
        // possible in Explicit VR.
        limits.maximumValueLength = 64 << 10
        return limits
    }

    /// Throws an `InboxProblem` if the object has no readable header.
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
