// SPDX-License-Identifier: Apache-2.0

import AWS
import FoundationEssentials
import ImportPipeline

/// Documents from the bucket, a queue, an execution or HealthImaging's answers. Each is decoded as in the product, and
/// an accepted document is used as in the product: a number or a text that should have been refused would trap here, or
/// lead to a wrong place.
enum FuzzedDocument {
    static func marker(_ bytes: [UInt8]) {
        guard let marker = try? PipelineJSON.decode(OpenDelivery.self, from: bytes) else { return }
        _ = marker.problem(expecting: marker.deliveryId)
        let manifest = marker.manifest(closedAt: Date(), of: ListedInstances())
        expectSame(manifest.deliveryId, in: manifest) { $0.deliveryId }
    }

    static func lease(_ bytes: [UInt8]) {
        _ = try? PipelineJSON.decode(TaskLease.self, from: bytes).secondsUntilGone
    }

    static func manifest(_ bytes: [UInt8]) {
        guard let manifest = try? PipelineJSON.decode(DeliveryManifest.self, from: bytes) else { return }
        expectSame(manifest.deliveryId, in: manifest) { $0.deliveryId }
        guard manifest.problem(expecting: manifest.deliveryId) == nil else { return }
        let request = ImportRequest(
            manifest, of: ImportID(manifest.deliveryId), bucket: "dicom", outputRoot: "s3://output/")
        expectSame(request, in: request) { $0 }
    }

    static func execution(_ bytes: [UInt8]) {
        let body = String(decoding: bytes, as: UTF8.self)
        if let message = try? StartMessage(QueueMessage(messageId: "1", body: body)) {
            precondition(!message.taskToken.isEmpty, "no execution has an empty task token")
        }
        if let start = try? PipelineJSON.decode(ImportStart.self, from: bytes) {
            precondition(start.request.clientToken(attempt: start.attempt).utf8.count <= 64)
        }
        guard let progress = try? PipelineJSON.decode(ImportProgress.self, from: bytes),
            let interval = try? PollInterval("3600")
        else { return }
        expectSame(progress, in: progress) { $0 }
        _ = LookSchedule.nextWait(after: progress.waitSeconds, age: nil)
        _ = interval.seconds(beforeAttempt: progress.attempt + 1)
        _ = interval.seconds(afterBusyAttempts: progress.busyAttempts + 1)
    }

    static func event(_ bytes: [UInt8]) {
        switch try? PipelineJSON.decode(TriggerImportEvent.self, from: bytes) {
        case .objects(let objects): objects.forEach(take)
        case .messages(let messages): messages.forEach { (try? $0.objects())?.forEach(take) }
        case .schedule, nil: break
        }
    }

    static func job(_ bytes: [UInt8]) {
        guard let job = try? PipelineJSON.decode(HealthImagingClient.JobProperties.self, from: bytes) else { return }
        _ = (job.endedAt ?? job.submittedAt).map { PipelineJSON.timestamp($0.date) }
        _ = job.outputS3Uri.map { try? S3URI($0) }
        precondition((1...32).contains(job.jobStatus.text.utf8.count), "a status is empty or too long")
    }

    static func jobOutput(_ bytes: [UInt8]) {
        guard let output = try? PipelineJSON.decode(JobOutputManifest.self, from: bytes) else { return }
        _ = (output.jobSummary.numberOfFailedFiles ?? 0) + output.jobSummary.numberOfNonPrimaryInstances
    }

    static func jobTimes(_ bytes: [UInt8]) {
        guard let times = try? PipelineJSON.decode(RecentJobTimes.self, from: bytes),
            let unknown = try? PollInterval("30")
        else { return }
        let next = [-1, 0, 90, .infinity].reduce(times) { RecentJobTimes(after: $1, before: $0) }
        expectSame(next, in: next) { $0 }
        let wait = LookSchedule.firstWait(next, unknown: unknown)
        precondition(DocumentLimits.waitSeconds.contains(wait), "the wait is outside of its limits")
    }

    static func results(_ bytes: [UInt8]) {
        var results = JobResults()
        for folder in JobResults.Folder.allCases { results.add(bytes, of: "file", in: folder) }
        precondition(results.warned.isSubset(of: results.imported), "a file has warnings and is not imported")
        precondition(
            results.unreadable.count <= results.unreadableCount, "more unreadable places are listed than counted")
    }

    static func listing(_ bytes: [UInt8]) {
        for object in (try? S3Client.objects(inPage: bytes)) ?? [] {
            _ = BucketLayout.task(ofLeaseKey: object.key)
            _ = BucketLayout.delivery(ofAuditKey: object.key)
            if let id = BucketLayout.importID(ofManifestKey: object.key) {
                precondition(
                    BucketLayout.manifestKey(of: id) == object.key,
                    "the key of a manifest names an import with another key")
            }
            guard let (task, delivery) = BucketLayout.openMarker(ofKey: object.key) else { continue }
            precondition(
                BucketLayout.openMarkerKey(of: delivery, task: task) == object.key,
                "the key of a marker names a delivery with another key")
        }
    }

    static func s3URI(_ bytes: [UInt8]) {
        guard let uri = try? S3URI(String(decoding: bytes, as: UTF8.self)) else { return }
        precondition(!uri.bucket.contains { "/?#@:%".contains($0) }, "a bucket's name would lead to another host")
    }

    private static func take(_ object: CreatedObject) {
        precondition((1...1_024).contains(object.key.utf8.count), "no object has a key of this length")
        precondition(
            object.quotedETag?.contains(where: \.isNewline) != true,
            "an ETag contains a line break, which would end its header")
    }

    /// An accepted document, written and read again, must be accepted again and be the same.
    private static func expectSame<Document: Codable, Part: Equatable>(
        _ part: Part, in document: Document, _ read: (Document) -> Part
    ) {
        guard let written = try? PipelineJSON.encode(document),
            let again = try? PipelineJSON.decode(Document.self, from: written)
        else { preconditionFailure("an accepted document cannot be written and read again") }
        precondition(read(again) == part, "an accepted document differs after it was written and read again")
    }
}
