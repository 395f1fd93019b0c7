import AWS
import FoundationEssentials
import ImportPipeline
import Logging

/// Closes the deliveries whose task is gone, from a listing of what each holds: their manifests start their imports, as
/// those of any other delivery do.
///
/// It may run twice at once, and while the task that was thought gone closes its deliveries itself: a manifest is written
/// once, by whoever comes first. See `TaskLease` for why nothing is missing in a listing. What is broken in the bucket is
/// told and left alone; it keeps nobody else's delivery from being closed.
struct DeliveryRecovery: Sendable {
    /// What one sweep looks at; more is told, and left to the next.
    static let maximumMarkers = 100_000
    static let maximumLeases = 10_000
    private static let atOnce = 16

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
        /// There was no time to look at them.
        var left = 0
    }

    fileprivate enum Finding: Sendable {
        case recovered(DeliveryID)
        case open
        case cleared
        /// The marker went while we looked.
        case gone
        case failed
        case left
    }

    func sweep(within time: WorkingTime, logger: Logger) async throws -> Outcome {
        // Markers first: a task writes its lease before its markers, so that none of these lacks its lease while it runs.
        let markers = try await s3.listObjects(
            bucket: bucket, prefix: BucketLayout.openMarkers, maximum: Self.maximumMarkers)
        var outcome = Outcome()
        guard !markers.objects.isEmpty else { return outcome }
        if !markers.isComplete {
            logger.error("more open markers than one sweep looks at", metadata: ["maximum": "\(Self.maximumMarkers)"])
            outcome.failed += 1
        }
        let tasks = try await aliveTasks(within: time, logger: logger)
        let deliveries = markers.objects.compactMap { BucketLayout.openMarker(ofKey: $0.key) }
        let strange = markers.objects.count - deliveries.count
        if strange > 0 {
            logger.error("open markers whose keys name no delivery", metadata: ["count": "\(strange)"])
            outcome.failed += strange
        }
        // In another order each time: where the time does not suffice for all, every one has its turn.
        await deliveries.shuffled().sideBySide(atMost: Self.atOnce) { marker in
            await look(at: marker.delivery, of: marker.task, aliveTasks: tasks, within: time, logger: logger)
        } take: {
            outcome.add($0)
        }
        if outcome.left > 0 {
            logger.warning("time is running out, the next sweep goes on", metadata: ["left": "\(outcome.left)"])
        }
        return outcome
    }

    // MARK: -

    private func look(
        at delivery: DeliveryID, of task: TaskID, aliveTasks: Set<TaskID>, within time: WorkingTime, logger: Logger
    ) async -> Finding {
        let limit = time.forPart
        guard limit > .zero else { return .left }
        do {
            return try await withTimeLimit(limit) {
                try await close(delivery, of: task, unlessAlive: aliveTasks, logger: logger)
            }
        } catch let error as TimeLimitExceeded where error.limit < WorkingTime.maximumPerObject {
            return .left
        } catch {
            logger.error(
                "delivery not recovered, the next sweep tries again", error: error,
                metadata: ["deliveryId": "\(delivery)"])
            return .failed
        }
    }

    private func close(
        _ delivery: DeliveryID, of task: TaskID, unlessAlive aliveTasks: Set<TaskID>, logger: Logger
    ) async throws -> Finding {
        let markerKey = BucketLayout.openMarkerKey(of: delivery, task: task)
        guard let open = try await read(OpenDelivery.self, key: markerKey) else { return .gone }
        if let problem = open.problem(expecting: delivery, task: task) { throw problem }
        guard !aliveTasks.contains(open.task) else { return .open }
        let instances = try await instances(of: delivery)
        let isClosed = instances.isEmpty ? false : try await writeManifest(of: open, instances: instances)
        try await s3.deleteObject(bucket: bucket, key: markerKey)
        guard isClosed else { return .cleared }
        logger.warning(
            "delivery recovered: its task is gone",
            metadata: ["deliveryId": "\(delivery)", "task": "\(open.task)", "instances": "\(instances.count)"])
        return .recovered(delivery)
    }

    private func aliveTasks(within time: WorkingTime, logger: Logger) async throws -> Set<TaskID> {
        let leases = try await s3.listObjects(
            bucket: bucket, prefix: BucketLayout.taskLeases, maximum: Self.maximumLeases)
        guard leases.isComplete else {
            // A task whose lease was not seen would be taken for dead.
            throw DocumentError(
                path: BucketLayout.taskLeases, expected: "at most \(Self.maximumLeases) leases, but there are more")
        }
        let known = leases.objects.compactMap { object in
            BucketLayout.task(ofLeaseKey: object.key).map { (task: $0, writtenAt: object.lastModified) }
        }
        if known.count < leases.objects.count {
            logger.error(
                "leases whose keys name no task", metadata: ["count": "\(leases.objects.count - known.count)"])
        }
        let now = Date()
        var alive: Set<TaskID> = []
        await known.sideBySide(atMost: Self.atOnce) { task, writtenAt in
            await isAlive(task, leaseWrittenAt: writtenAt, now: now, within: time, logger: logger) ? task : nil
        } take: {
            if let task = $0 { alive.insert(task) }
        }
        return alive
    }

    /// Whose lease cannot be read counts as alive: nothing is taken from it, and the others' deliveries are recovered.
    private func isAlive(
        _ task: TaskID, leaseWrittenAt writtenAt: Date, now: Date, within time: WorkingTime, logger: Logger
    ) async -> Bool {
        do {
            let lease = try await withTimeLimit(time.forPart) {
                try await read(TaskLease.self, key: BucketLayout.taskLeaseKey(of: task))
            }
            // One that is removed in between is of a task that has closed all that it had.
            guard let lease else { return false }
            return now.timeIntervalSince(writtenAt) <= Double(lease.secondsUntilGone)
        } catch {
            logger.error(
                "task lease not readable: the task counts as alive", error: error, metadata: ["task": "\(task)"])
            return true
        }
    }

    private func instances(of delivery: DeliveryID) async throws -> [DeliveryManifest.Instance] {
        let listing = try await s3.listObjects(
            bucket: bucket, prefix: BucketLayout.prefix(of: delivery), maximum: HealthImagingLimits.maximumInstances)
        guard listing.isComplete else {
            throw DocumentError(
                path: BucketLayout.prefix(of: delivery),
                expected:
                    "at most \(HealthImagingLimits.maximumInstances) objects, which one import job takes, but there are more"
            )
        }
        return listing.objects.compactMap {
            guard let (series, instance) = BucketLayout.instance(ofKey: $0.key, in: delivery) else { return nil }
            return DeliveryManifest.Instance(
                key: $0.key, size: $0.size, checksumCRC32: nil, sopClassUID: nil, sopInstanceUID: instance,
                seriesInstanceUID: series, transferSyntaxUID: nil)
        }
    }

    /// False: somebody else did.
    private func writeManifest(
        of open: OpenDelivery, instances: [DeliveryManifest.Instance]
    ) async throws -> Bool {
        let manifest = open.manifest(closedAt: Date(), instances: instances)
        do {
            try await s3.putObject(
                bucket: bucket, key: BucketLayout.manifestKey(of: ImportID(open.deliveryId)),
                body: try PipelineJSON.encode(manifest),
                contentType: "application/json", onlyIfAbsent: true)
            return true
        } catch let error as AWSServiceError where error.statusCode == 412 {
            return false
        }
    }

    /// nil: it is not there any more.
    private func read<Document: Decodable & Sendable>(_: Document.Type, key: String) async throws -> Document? {
        do {
            return try await s3.getDocument(Document.self, bucket: bucket, key: key)
        } catch let error as AWSServiceError where error.statusCode == 404 {
            return nil
        }
    }
}

extension DeliveryRecovery.Outcome {
    fileprivate mutating func add(_ finding: DeliveryRecovery.Finding) {
        switch finding {
        case .recovered(let delivery): recovered.append(delivery)
        case .open: open += 1
        case .cleared: cleared += 1
        case .gone: break
        case .failed: failed += 1
        case .left: left += 1
        }
    }
}
