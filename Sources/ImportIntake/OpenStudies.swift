// SPDX-License-Identifier: Apache-2.0

import AWS
import ImportPipeline
import StructuredLog

/// Those of some studies that deliveries may hold whose open markers exist. Their imports may not be in the items of the studies yet.
struct OpenStudies: Sendable {
    /// The maximum number of markers. Each takes two requests; more would take longer than a part of a sweep may.
    static let maximumMarkers = 20_000
    private static let atOnce = 16

    private let asked: Set<StudyName>
    private let askedInAnyDatastore: Set<String>
    private var names: Set<StudyName> = []
    /// Of deliveries whose marker does not exist any more, or cannot be read: their data store is not known.
    private var inAnyDatastore: Set<String> = []

    private init(asked: Set<StudyName>) {
        self.asked = asked
        askedInAnyDatastore = Set(asked.map(\.studyInstanceUID))
    }

    /// The studies are those that the marker names, and those that have a folder in the delivery: a study that joins a
    /// delivery later does not change the marker, but its objects are written before they are acknowledged.
    static func list(
        among studies: Set<StudyName>, in bucket: any IntakeBucket, standardDatastoreID: String
    ) async throws -> OpenStudies {
        let listing = try await bucket.list(
            prefix: BucketLayout.openMarkers, startingAfter: nil, maximum: maximumMarkers)
        guard listing.isComplete else {
            throw DocumentError(
                path: BucketLayout.openMarkers,
                expected: "at most \(maximumMarkers) open markers, but there are more: no study settles")
        }
        var open = OpenStudies(asked: studies)
        var failure: (any Error)?
        await listing.objects.compactMap(ListedMarker.init).sideBySide(atMost: atOnce) { marker in
            await look(at: marker, in: bucket)
        } take: { result in
            switch result {
            case .success(let found): open.add(found, standardDatastoreID)
            case .failure(let error): failure = error
            }
        }
        if let failure { throw failure }
        return open
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
        } catch {
            guard error is DocumentError || error.reportedClass == .permanent else { throw error }
            return nil
        }
    }

    private mutating func add(_ found: Found, _ standardDatastoreID: String) {
        let studies = found.folders + (found.open?.studies.map(\.studyInstanceUID) ?? [])
        guard let open = found.open else {
            return inAnyDatastore.formUnion(askedInAnyDatastore.intersection(studies))
        }
        let datastoreID = open.datastoreId ?? standardDatastoreID
        names.formUnion(
            asked.intersection(studies.map { StudyName(datastoreID: datastoreID, studyInstanceUID: $0) }))
    }
}
