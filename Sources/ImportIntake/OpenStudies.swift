// SPDX-License-Identifier: Apache-2.0

import AWS
import ImportPipeline

/// The studies of deliveries whose open markers exist. Their imports may not be in the items of the studies yet.
struct OpenStudies: Sendable {
    /// The maximum number of markers. Each takes two requests; more would take longer than a part of a sweep may.
    static let maximumMarkers = 20_000
    private static let atOnce = 16

    private var names: Set<StudyName> = []
    /// Of deliveries whose marker does not exist any more, or cannot be read: their data store is not known.
    private var inAnyDatastore: Set<String> = []

    /// The studies are those that the marker names, and those that have a folder in the delivery: a study that joins a
    /// delivery later does not change the marker, but its objects are written before they are acknowledged.
    static func list(in bucket: any IntakeBucket, standardDatastoreID: String) async throws -> OpenStudies {
        let listing = try await bucket.list(
            prefix: BucketLayout.openMarkers, startingAfter: nil, maximum: maximumMarkers)
        guard listing.isComplete else {
            throw DocumentError(
                path: BucketLayout.openMarkers,
                expected: "at most \(maximumMarkers) open markers, but there are more: no study settles")
        }
        var studies = OpenStudies()
        var failure: (any Error)?
        await listing.objects.compactMap(ListedMarker.init).sideBySide(atMost: atOnce) { marker in
            await look(at: marker, in: bucket)
        } take: { result in
            switch result {
            case .success(let found): studies.add(found, standardDatastoreID)
            case .failure(let error): failure = error
            }
        }
        if let failure { throw failure }
        return studies
    }

    func mayHold(_ study: StudyName) -> Bool {
        names.contains(study) || inAnyDatastore.contains(study.studyInstanceUID)
    }

    private typealias Found = (open: OpenDelivery?, folders: [String])

    private static func look(
        at marker: ListedMarker, in bucket: any IntakeBucket
    ) async -> Result<Found, any Error> {
        do {
            let folders = try await bucket.folders(prefix: BucketLayout.prefix(of: marker.delivery))
            return .success((try await document(of: marker, in: bucket), folders))
        } catch {
            return .failure(error)
        }
    }

    /// `nil` if it does not exist any more, or is not valid: the sweep tells about that.
    private static func document(of marker: ListedMarker, in bucket: any IntakeBucket) async throws -> OpenDelivery? {
        do {
            return try await bucket.readSmall(OpenDelivery.self, key: marker.key, size: marker.size)
        } catch is DocumentError {
            return nil
        }
    }

    private mutating func add(_ found: Found, _ standardDatastoreID: String) {
        let studies = found.folders + (found.open?.studies.map(\.studyInstanceUID) ?? [])
        guard let open = found.open else { return inAnyDatastore.formUnion(studies) }
        for study in studies {
            names.insert(
                StudyName(datastoreID: open.datastoreId ?? standardDatastoreID, studyInstanceUID: study))
        }
    }
}
