import AWS
import FoundationEssentials
import ImportPipeline
import Logging

/// Closes the deliveries whose task is gone, from a listing of what each holds: their manifests start their imports, as
/// those of any other delivery do.
///
/// It may run twice at once, and while the task that was thought gone closes its deliveries itself: a manifest is written
/// once, by whoever comes first. See `TaskLease` for why nothing is missing in a listing.
struct DeliveryRecovery: Sendable {
    let s3: S3Client
    let bucket: String

    /// What a sweep found.
    struct Outcome: Encodable, Equatable, Sendable {
        /// Closed now.
        var recovered: [DeliveryID] = []
        /// Of tasks that are alive.
        var open = 0
        /// Those whose marker was taken away because nothing was stored, or somebody else had closed them.
        var cleared = 0
        /// The next sweep tries again.
        var failed = 0
    }

    func sweep(logger: Logger) async throws -> Outcome {
        // Markers first: a task writes its lease before its markers, so that none of these lacks its lease while it runs.
        let markers = try await s3.listObjects(bucket: bucket, prefix: BucketLayout.openMarkers)
        guard !markers.isEmpty else { return Outcome() }
        let tasks = try await aliveTasks(logger: logger)
        var outcome = Outcome()
        for marker in markers {
            guard let delivery = BucketLayout.delivery(ofOpenMarkerKey: marker.key) else { continue }
            do {
                try await look(
                    at: delivery, markerKey: marker.key, aliveTasks: tasks, outcome: &outcome, logger: logger)
            } catch {
                logger.error(
                    "delivery not recovered, the next sweep tries again", error: error,
                    metadata: ["deliveryId": "\(delivery)"])
                outcome.failed += 1
            }
        }
        return outcome
    }

    // MARK: -

    private func look(
        at delivery: DeliveryID, markerKey: String, aliveTasks: Set<TaskID>, outcome: inout Outcome, logger: Logger
    ) async throws {
        guard let open = try await read(OpenDelivery.self, key: markerKey) else { return }
        guard !aliveTasks.contains(open.task) else {
            outcome.open += 1
            return
        }
        let instances = try await instances(of: delivery)
        let isClosed = instances.isEmpty ? false : try await close(open, instances: instances)
        try await s3.deleteObject(bucket: bucket, key: markerKey)
        guard isClosed else {
            outcome.cleared += 1
            return
        }
        outcome.recovered.append(delivery)
        logger.warning(
            "delivery recovered: its task is gone",
            metadata: ["deliveryId": "\(delivery)", "task": "\(open.task)", "instances": "\(instances.count)"])
    }

    private func aliveTasks(logger: Logger) async throws -> Set<TaskID> {
        let leases = try await s3.listObjects(bucket: bucket, prefix: BucketLayout.taskLeases)
        let now = Date()
        var alive: Set<TaskID> = []
        for object in leases {
            let task = TaskID(String(object.key.dropFirst(BucketLayout.taskLeases.count)))
            do {
                // One that is removed in between is of a task that has closed all that it had.
                guard let lease = try await read(TaskLease.self, key: object.key) else { continue }
                if now.timeIntervalSince(object.lastModified) <= Double(lease.secondsUntilGone) { alive.insert(task) }
            } catch let error as DecodingError {
                // Whose it is, nobody knows: nothing is taken from it, and the others' deliveries are recovered.
                logger.error(
                    "task lease not readable: the task counts as alive", error: error, metadata: ["task": "\(task)"])
                alive.insert(task)
            }
        }
        return alive
    }

    private func instances(of delivery: DeliveryID) async throws -> [DeliveryManifest.Instance] {
        try await s3.listObjects(bucket: bucket, prefix: BucketLayout.prefix(of: delivery)).compactMap {
            guard let (series, instance) = BucketLayout.instance(ofKey: $0.key, in: delivery) else { return nil }
            return DeliveryManifest.Instance(
                key: $0.key, size: $0.size, checksumCRC32: nil, sopClassUID: nil, sopInstanceUID: instance,
                seriesInstanceUID: series, transferSyntaxUID: nil)
        }
    }

    /// False: somebody else did.
    private func close(_ open: OpenDelivery, instances: [DeliveryManifest.Instance]) async throws -> Bool {
        let manifest = open.manifest(closedAt: Date(), instances: instances)
        do {
            try await s3.putObject(
                bucket: bucket, key: BucketLayout.manifestKey(of: open.deliveryId),
                body: try PipelineJSON.encode(manifest),
                contentType: "application/json", onlyIfAbsent: true)
            return true
        } catch let error as AWSServiceError where error.statusCode == 412 {
            return false
        }
    }

    /// nil: it is not there any more.
    private func read<Document: Decodable>(_: Document.Type, key: String) async throws -> Document? {
        do {
            return try PipelineJSON.decode(Document.self, from: try await s3.getObject(bucket: bucket, key: key).body)
        } catch let error as AWSServiceError where error.statusCode == 404 {
            return nil
        }
    }
}
