// SPDX-License-Identifier: Apache-2.0

import AWS
import AWSManagement
import FoundationEssentials
import ImportPipeline

/// Reads snapshots of a deployed pipeline. Documents that never change are read once, and kept.
package actor PipelineReader {
    nonisolated let stack: PipelineStack
    nonisolated let s3: S3Client
    nonisolated let stepFunctions: StepFunctionsClient
    nonisolated let dynamoDB: DynamoDBClient
    nonisolated let sqs: SQSClient
    private let now: @Sendable () -> Date
    /// By their keys.
    var manifests: [String: ReadDocument<ManifestFacts>] = [:]
    var markers: [String: ReadDocument<OpenDelivery>] = [:]
    private var recent: (snapshot: PipelineSnapshot, end: Date)?
    private var reading: Task<PipelineSnapshot, any Error>?

    package init(stack: PipelineStack, client: AWSClient, now: @escaping @Sendable () -> Date = { Date() }) {
        self.stack = stack
        self.now = now
        s3 = S3Client(client: client)
        stepFunctions = StepFunctionsClient(client: client)
        dynamoDB = DynamoDBClient(client: client)
        sqs = SQSClient(client: client)
    }

    /// A snapshot that several callers share, for those that ask again and again. The longer the table takes to be
    /// read, the longer a snapshot is kept: a reading costs money.
    package func recentSnapshot() async throws -> PipelineSnapshot {
        if let recent, now() < recent.end { return recent.snapshot }
        if let reading { return try await reading.value }
        let task = Task { try await snapshot() }
        reading = task
        defer { reading = nil }
        let start = now()
        let latest = try await task.value
        let seconds = max(
            InspectionLimits.snapshotSeconds, InspectionLimits.snapshotFactor * now().timeIntervalSince(start))
        recent = (latest, now().addingTimeInterval(seconds))
        return latest
    }

    /// The whole pipeline: what has not ended, and what ended within the window.
    package func snapshot() async throws -> PipelineSnapshot {
        var snapshot = PipelineSnapshot(at: now(), stack: stack.name)
        snapshot.datastoreID = stack.datastoreID
        snapshot.sweepSeconds = Double(60 * stack.recoveryMinutes)
        let since = snapshot.at.addingTimeInterval(-Double(InspectionLimits.windowSeconds))
        // What moves on is read in the order in which it moves, so that it is seen twice rather than not at all.
        async let queues = queues()
        let open = try await openMarkers()
        let leases = try await leases()
        let window = try await newestManifests(at: snapshot.at)
        let older = try await manifests(before: window.first, of: open.elements)
        let running = try await executions(.running, since: nil)
        let ended = try await executions(nil, since: since)
        let items = try await items(where: Self.recent(since))
        snapshot.markers = open.elements
        snapshot.leases = leases.elements
        snapshot.manifests = window.manifests.elements + older.elements
        let recent = Set(ended.elements.map(\.name))
        snapshot.executions = ended.elements + running.elements.filter { !recent.contains($0.name) }
        snapshot.items = items.elements
        snapshot.queues = try await queues
        snapshot.recentJobSeconds = await recentJobSeconds()
        let parts = [
            (open.isComplete, "open markers"), (leases.isComplete, "task leases"),
            (window.manifests.isComplete && older.isComplete, "manifests"),
            (running.isComplete && ended.isComplete, "executions"), (items.isComplete, "items of the job table"),
        ]
        snapshot.incomplete = parts.filter { !$0.0 }.map(\.1)
        try await fillIn(&snapshot)
        return snapshot
    }

    /// All that is known of some deliveries, whatever their age is.
    package func snapshot(of deliveries: Set<DeliveryID>) async throws -> PipelineSnapshot {
        var snapshot = PipelineSnapshot(at: now(), stack: stack.name)
        snapshot.datastoreID = stack.datastoreID
        snapshot.sweepSeconds = Double(60 * stack.recoveryMinutes)
        guard !deliveries.isEmpty else { return snapshot }
        snapshot.queues = try await queues()
        snapshot.recentJobSeconds = await recentJobSeconds()
        snapshot.markers = try await openMarkers().elements.filter { deliveries.contains($0.delivery) }
        if !snapshot.markers.isEmpty { snapshot.leases = try await leases().elements }
        for delivery in deliveries {
            snapshot.manifests += try await listedManifests(prefix: delivery.description + ".").elements
        }
        let names = deliveries.map(\.description).sorted()
        let values = Dictionary(uniqueKeysWithValues: names.enumerated().map { (":d\($0)", $1) })
        let condition = DynamoDBClient.Condition(
            "#delivery IN (\(values.keys.sorted().joined(separator: ", ")))",
            names: ["#delivery": ImportJobAttribute.deliveryId.rawValue], values: values)
        let items = try await items(where: condition)
        snapshot.items = items.elements
        if !items.isComplete { snapshot.incomplete.append("items of the job table") }
        let imports = Set(
            snapshot.manifests.map(\.id) + snapshot.items.map(\.importID) + deliveries.map { ImportID($0) })
        let executions = imports.map(\.description) + snapshot.items.compactMap { $0[.redrivenAs] }
        for name in Set(executions) {
            let described = try await stepFunctions.describeExecution(executionARN: stack.executionARN(name: name))
            snapshot.executions += [described?.execution].compactMap(\.self)
        }
        if snapshot.executions.contains(where: { $0.status != .running && $0.status != .succeeded }) {
            // An import without an item has no place for the name of the execution that a redrive started.
            let known = Set(snapshot.executions.map(\.name))
            snapshot.executions += try await self.executions(.running, since: nil).elements.filter {
                !known.contains($0.name) && ExecutionName.importID(of: $0.name).map(imports.contains) ?? false
            }
        }
        try await fillIn(&snapshot)
        return snapshot
    }

    // MARK: Listings

    func openMarkers() async throws -> Pages<PipelineSnapshot.Marker> {
        let listing = try await s3.listObjects(
            bucket: stack.bucket, prefix: BucketLayout.openMarkers, maximum: InspectionLimits.listedObjects)
        let markers = listing.objects.compactMap { object in
            BucketLayout.openMarker(ofKey: object.key).map {
                PipelineSnapshot.Marker(task: $0.task, delivery: $0.delivery, writtenAt: object.lastModified)
            }
        }
        return Pages(markers, isComplete: listing.isComplete)
    }

    private struct Leases {
        var elements: [TaskID: PipelineSnapshot.Lease]
        var isComplete: Bool
    }

    /// A lease is read each time, because its age is what matters; its seconds are in its body.
    private func leases() async throws -> Leases {
        let listing = try await s3.listObjects(
            bucket: stack.bucket, prefix: BucketLayout.taskLeases, maximum: InspectionLimits.documentsPerReading)
        let reader = self
        let leases = try await listing.objects.readEach { try await reader.lease($0) }.compactMap(\.self)
        return Leases(elements: Dictionary(leases.map { ($0.task, $0) }) { $1 }, isComplete: listing.isComplete)
    }

    /// The manifests of the window, which begins with the id of a delivery. If there are too many, those of a shorter
    /// one: S3 lists the oldest first.
    func newestManifests(at now: Date) async throws -> (first: DeliveryID, manifests: Pages<PipelineSnapshot.Manifest>)
    {
        var window = (
            first: DeliveryID(openedAt: now, randomness: 0, 0), manifests: Pages<PipelineSnapshot.Manifest>([])
        )
        var isComplete = true
        for part in InspectionLimits.windowParts {
            let seconds = Double(InspectionLimits.windowSeconds) / Double(part)
            // Keys of manifests begin with the time of their deliveries.
            window.first = DeliveryID(openedAt: now.addingTimeInterval(-seconds), randomness: 0, 0)
            window.manifests = try await listedManifests(
                prefix: "", after: BucketLayout.manifestKey(of: ImportID(window.first)))
            guard !window.manifests.isComplete else { break }
            isComplete = false
        }
        window.manifests.isComplete = isComplete
        return window
    }

    /// The manifests of deliveries that are older than the window, and whose open marker is still there: a delivery
    /// keeps its marker until its import is started.
    func manifests(
        before first: DeliveryID, of markers: [PipelineSnapshot.Marker]
    ) async throws -> Pages<PipelineSnapshot.Manifest> {
        let older = markers.map(\.delivery.description).filter { $0 < first.description }.sorted(by: >)
        let looked = older.prefix(InspectionLimits.documentsPerReading)
        let reader = self
        let listed = try await looked.readEach { try await reader.listedManifests(prefix: $0 + ".") }
        return Pages(listed.flatMap(\.elements), isComplete: looked.count == older.count)
    }

    /// The manifests of the deliveries whose ids begin with the prefix.
    func listedManifests(
        prefix: String, after key: String? = nil, maximum: Int = InspectionLimits.listedObjects
    ) async throws -> Pages<PipelineSnapshot.Manifest> {
        let listing = try await s3.listObjects(
            bucket: stack.bucket, prefix: BucketLayout.manifests + prefix, startingAfter: key, maximum: maximum)
        let manifests = listing.objects.compactMap { object in
            BucketLayout.importID(ofManifestKey: object.key).map {
                PipelineSnapshot.Manifest(id: $0, writtenAt: object.lastModified)
            }
        }
        return Pages(manifests, isComplete: listing.isComplete)
    }

    private func executions(
        _ status: StepFunctionsClient.ExecutionStatus?, since: Date?
    ) async throws -> Pages<StepFunctionsClient.Execution> {
        try await stepFunctions.listExecutions(
            stateMachineARN: stack.stateMachineARN, status: status, since: since,
            maximumPages: InspectionLimits.executionPages)
    }

    func items(where condition: DynamoDBClient.Condition?) async throws -> Pages<JobItem> {
        let pages = try await dynamoDB.scan(
            table: stack.table, where: condition, maximumPages: InspectionLimits.tablePages)
        return Pages(pages.elements.compactMap { JobItem(item: $0) }, isComplete: pages.isComplete)
    }

    /// Items of the window, and those whose imports are not done.
    private static func recent(_ since: Date) -> DynamoDBClient.Condition {
        DynamoDBClient.Condition(
            """
            #submittedAt >= :since OR #endedAt >= :since OR (#outcome IN (:pending, :partial, :failed) AND \
            attribute_not_exists(#startedAgain) AND attribute_not_exists(#redrivenAs))
            """,
            names: Dictionary(
                uniqueKeysWithValues: [
                    ImportJobAttribute.submittedAt, .endedAt, .outcome, .startedAgain, .redrivenAs,
                ].map { ("#\($0.rawValue)", $0.rawValue) }),
            values: [
                ":since": PipelineJSON.timestamp(since), ":pending": ImportOutcome.pending.rawValue,
                ":partial": ImportOutcome.partial.rawValue, ":failed": ImportOutcome.failed.rawValue,
            ])
    }

    func queues() async throws -> [PipelineStatus.Queue] {
        var queues: [PipelineStatus.Queue] = []
        for name in PipelineStack.queues {
            guard let url = stack.queueURLs[name] else { continue }
            let counts = try await sqs.counts(queueURL: url)
            let letters = try await deadLetters(of: name)
            queues.append(
                .init(name: name, waiting: counts.waiting, inFlight: counts.inFlight, deadLetters: letters))
        }
        return queues
    }

    /// By data store. A hint: it is missing where it cannot be read.
    private func recentJobSeconds() async -> [String: Double] {
        var seconds: [String: Double] = [:]
        for datastore in stack.datastoreIDs {
            let key = BucketLayout.recentJobTimesKey(ofDatastore: datastore)
            let times = try? await s3.getDocumentIfPresent(RecentJobTimes.self, bucket: stack.outputBucket, key: key)
            seconds[datastore] = times?.usualSeconds
        }
        return seconds
    }

    private func deadLetters(of queue: String) async throws -> Int {
        guard let url = stack.deadLetterQueueURLs[queue] else { return 0 }
        return try await sqs.counts(queueURL: url).waiting
    }
}
