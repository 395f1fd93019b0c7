// SPDX-License-Identifier: Apache-2.0

import AWS
import FoundationEssentials
import ImportIntake
import ImportPipeline

/// The bucket as a function sees it, which lists it page by page.
// Sendable: a run has one thread.
class SimulatedIntakeBucket: SimulatedStore, IntakeBucket, @unchecked Sendable {
    /// Smaller than a page of S3, so that listings have several pages.
    private static let pageSize = 3

    /// Called when leases are about to be listed.
    var onLeases: () -> Void = {}
    /// Called when open markers are about to be listed.
    var onMarkers: () -> Void = {}

    func list(prefix: String, startingAfter key: String?, maximum: Int) async throws -> S3Client.Listing {
        if prefix == BucketLayout.taskLeases { onLeases() }
        if prefix == BucketLayout.openMarkers { onMarkers() }
        var listing = S3Client.Listing()
        var last = key ?? ""
        while listing.objects.count < maximum {
            let after = last
            let count = min(Self.pageSize, maximum - listing.objects.count)
            // One key more shows whether there is another page.
            let page = try await network.send("LIST", prefix) { [bucket] in
                bucket.keys(prefix: prefix, after: after, maximum: count + 1).compactMap { bucket.listed($0) }
            }
            listing.objects += page.prefix(count)
            last = listing.objects.last?.key ?? last
            listing.isComplete = page.count <= count
            if listing.isComplete { break }
        }
        return listing
    }

    func folders(prefix: String) async throws -> [String] {
        try await network.send("LIST", prefix) { [bucket] in
            Set(bucket.allKeys(prefix: prefix).map { String($0.dropFirst(prefix.count).prefix { $0 != "/" }) }).sorted()
        }
    }
}
