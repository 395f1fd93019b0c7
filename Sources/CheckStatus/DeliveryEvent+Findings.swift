// SPDX-License-Identifier: Apache-2.0

import ByteComparison
import FoundationEssentials
import ImportPipeline

extension DeliveryEvent {
    /// The last word on an import whose job has ended. `expected` is `nil` if it is not known what the delivery contains.
    init(
        of progress: ImportProgress, datastoreID: String, _ verdict: ImportVerdict, _ proof: ImportProof?,
        expected: ExpectedInstances?, reportS3URI: String?, endedAt: Date
    ) {
        self.init(
            verdict.outcome, of: progress.request, jobID: progress.jobId, datastoreID: datastoreID, at: endedAt)
        reportS3Uri = reportS3URI
        if case .ended(_, _, let findings) = verdict {
            message = findings.message
            importedCount = findings.importedCount
            failedCount = findings.failedCount
            imageSetCount = findings.imageSetCount
        }
        if let proof {
            instanceCount = proof.expected.count
            missingCount = proof.missing.count
            warningCount = proof.warned.count
        }
        let studies = expected?.eventStudies(proof)
        seriesCount = studies?.reduce(0) { $0 + $1.seriesInstanceUIDs.count }
        list(
            studies: studies, imageSets: proof?.imageSets ?? [], failed: proof?.eventFailures ?? [],
            areComplete: studies != nil && proof.map { $0.results?.isComplete ?? $0.isWhole } ?? true)
    }
}

extension ExpectedInstances {
    /// The studies of the delivery, ordered by UID; `nil` if no document lists the instances.
    fileprivate func eventStudies(_ proof: ImportProof?) -> [DeliveryEvent.Study]? {
        guard let keys else { return nil }
        var studies: [String: (series: Set<String>, keys: Set<ByteText>)] = [:]
        for key in keys {
            guard let uids = BucketLayout.components(ofInstanceKey: key.text, in: delivery) else { continue }
            studies[uids.study, default: ([], [])].series.insert(uids.series)
            studies[uids.study]?.keys.insert(key)
        }
        return studies.sorted { $0.key < $1.key }.map { study, content in
            DeliveryEvent.Study(
                studyInstanceUID: study, seriesInstanceUIDs: content.series.sorted(),
                instanceCount: content.keys.count, importedCount: proof?.importedCount(of: content.keys))
        }
    }
}

extension ImportProof {
    /// How many of these instances were imported; `nil` if it is not known.
    fileprivate func importedCount(of keys: Set<ByteText>) -> Int? {
        if isWhole { return keys.count }
        return basis == .instances ? keys.subtracting(notImported).count : nil
    }

    /// The image sets, ordered by id. The summary of the job is read first: the lines about single files give the same
    /// as far as they can be read.
    fileprivate var imageSets: [DeliveryEvent.ImageSet] {
        var sets: [String: DeliveryEvent.ImageSet] = [:]
        for place in (results?.places ?? [:]).values {
            guard let id = place.imageSetId else { continue }
            var set =
                sets[id] ?? .init(imageSetId: id, imageSetVersion: nil, isPrimary: place.isPrimary, instanceCount: 0)
            set.imageSetVersion = [set.imageSetVersion, place.imageSetVersion].compactMap(\.self).max()
            if place.isPrimary == false { set.isPrimary = false }
            set.instanceCount = set.instanceCount.map { $0 + 1 }
            sets[id] = set
        }
        for set in summary?.imageSetsSummary ?? [] {
            guard let id = set.imageSetId else { continue }
            sets[id] = .init(
                imageSetId: id, imageSetVersion: set.imageSetVersion ?? sets[id]?.imageSetVersion,
                isPrimary: set.isPrimary ?? sets[id]?.isPrimary,
                instanceCount: set.numberOfMatchedSOPInstances ?? sets[id]?.instanceCount)
        }
        return sets.sorted { $0.key < $1.key }.map(\.value)
    }

    /// The instances that HealthImaging names as failed, and then those that it does not mention, each ordered by key.
    fileprivate var eventFailures: [DeliveryEvent.Failure] {
        var types: [ByteText: String] = [:]
        for failure in failures { types[ByteText(failure.key)] = HealthImagingReason(failure.errorType).text }
        let told = types.sorted { $0.key < $1.key }.map { ($0.key.text, $0.value) }
        let untold = missing.map { ($0, InstanceAttempt.Outcome.missing.rawValue) }
        return (told + untold).compactMap { key, type in
            BucketLayout.components(ofInstanceKey: key, in: expected.delivery).map {
                DeliveryEvent.Failure(sopInstanceUID: $0.instance, errorType: type)
            }
        }
    }
}
