// SPDX-License-Identifier: Apache-2.0

import AWS
import ByteComparison
import FoundationEssentials
import ImportPipeline
import Logging
import StructuredLog

/// The scheduled run of TriggerImport: it handles open markers, audits and objects of the inbox that were left, and
/// tells which studies settled. Each kind of work has its share of the time. The next sweep continues where this one
/// runs out of time.
///
/// Two sweeps may run at the same time, and a sweep may be killed at any point.
package struct Sweep: Sendable {
    /// The maximum of objects of each kind that one sweep lists. If there are more, this is logged, and the next sweep
    /// continues.
    static let maximumListed = 100_000
    /// In seconds. The event of a younger marker or object of the inbox may still arrive.
    private static let patience: TimeInterval = 600

    private let bucket: any IntakeBucket
    private let recovery: DeliveryRecovery
    private let secondLook: SecondLook
    private let inbox: InboxIntake
    private let settling: StudySettling?
    private let table: any RejectionTable
    private let livingTasks: LivingTasks
    private let auditAfter: TimeInterval
    private let now: @Sendable () -> Date
    private let clock: any Clock<Duration>

    /// `auditAfter` is the age of an audit, in seconds, at which a delivery is looked at for the second time. Without
    /// `settling` nobody is told about studies.
    package init(
        bucket: any IntakeBucket, manifests: ManifestIntake, inbox: InboxIntake, settling: StudySettling?,
        table: any RejectionTable, auditAfter: TimeInterval, now: @escaping @Sendable () -> Date,
        clock: any Clock<Duration>
    ) {
        self.bucket = bucket
        self.inbox = inbox
        self.settling = settling
        self.table = table
        self.auditAfter = auditAfter
        self.now = now
        self.clock = clock
        recovery = DeliveryRecovery(bucket: bucket, manifests: manifests, now: now)
        secondLook = SecondLook(bucket: bucket, manifests: manifests, now: now)
        livingTasks = LivingTasks(bucket: bucket, now: now, clock: clock)
    }

    package func run(within time: WorkingTime, logger: Logger) async -> SweepOutcome {
        var outcome = SweepOutcome()
        let known = await knownPosition(logger: logger)
        var position = known ?? SweepPosition()
        let whole = time.left
        /// The kinds of work that follow have at least the rest of the time.
        func stage(until share: Double) -> SweepStage {
            SweepStage(time: time, clock: clock, logger: logger, reserve: whole * (1 - share))
        }
        await attempt(into: &outcome, logger: logger) { outcome in
            let markers = try await markers(from: &position, within: time, into: &outcome, logger: logger)
            let tasks = Set(markers.map(\.task))
            let alive =
                tasks.isEmpty ? [] : try await livingTasks.among(tasks, within: time, logger: logger)
            position.markersOfGoneTasks = await stage(until: 0.6).work(
                on: markers.filter { !alive.contains($0.task) }, from: position.markersOfGoneTasks, into: &outcome
            ) { try await recovery.look(atMarkerOfGoneTask: $0, logger: logger) }
            let living = markers.filter { alive.contains($0.task) }
            let old = living.filter { isOlder($0.writtenAt, than: Self.patience) }
            outcome.open += living.count - old.count
            position.markersOfLivingTasks = await stage(until: 0.8).work(
                on: old, from: position.markersOfLivingTasks, into: &outcome
            ) { try await recovery.look(atMarkerOfLivingTask: $0, logger: logger) }
        }
        await attempt(into: &outcome, logger: logger) { outcome in
            let listing = try await listing(BucketLayout.audits, from: position.audits, within: time)
            let audits = listing.objects.filter { isOlder($0.lastModified, than: auditAfter) }
                .compactMap(ListedAudit.init)
            position.audits = await stage(until: 0.85).work(on: audits, from: position.audits, into: &outcome) {
                try await secondLook.look(at: $0, logger: logger)
            }
            position.audits = position.audits ?? end(of: listing, into: &outcome, logger: logger)
        }
        await attempt(into: &outcome, logger: logger) { outcome in
            let listing = try await listing(BucketLayout.inbox, from: position.inbox, within: time)
            let (objects, folders) = inboxObjects(in: listing)
            outcome.folders += folders
            position.inbox = await stage(until: 0.9).work(on: objects, from: position.inbox, into: &outcome) {
                try await take($0, logger: logger)
            }
            position.inbox = position.inbox ?? end(of: listing, into: &outcome, logger: logger)
        }
        await attempt(into: &outcome, logger: logger) { outcome in
            let begin = { try await withTimeLimit(time.forPart, clock: clock) { try await settling?.begin() } }
            guard let (studies, look) = try await begin() else { return }
            // A study that is left stays due: the next sweep begins with it.
            _ = await stage(until: 1).work(on: studies, from: nil, into: &outcome) {
                try await look.look(at: $0, logger: logger)
            }
        }
        if outcome.left > 0 {
            logger.warning("time is running out: the next sweep continues", metadata: ["left": "\(outcome.left)"])
        }
        await keep(position, instead: known, into: &outcome, logger: logger)
        return outcome
    }

    // MARK: -

    /// A part that fails does not keep the others from running.
    private func attempt(
        into outcome: inout SweepOutcome, logger: Logger, _ work: (inout SweepOutcome) async throws -> Void
    ) async {
        do {
            try await work(&outcome)
        } catch {
            logger.error("a part of the sweep failed, the next sweep tries again", error: error)
            outcome.failed += 1
        }
    }

    private func isOlder(_ date: Date, than age: TimeInterval) -> Bool { now().timeIntervalSince(date) > age }

    private func markers(
        from position: inout SweepPosition, within time: WorkingTime, into outcome: inout SweepOutcome, logger: Logger
    ) async throws -> [ListedMarker] {
        let listing = try await listing(BucketLayout.openMarkers, from: position.markers, within: time)
        position.markers = end(of: listing, into: &outcome, logger: logger)
        let markers = listing.objects.compactMap(ListedMarker.init)
        let strange = listing.objects.count - markers.count
        if strange > 0 {
            logger.error(
                "objects in open/ without a valid delivery ID: look at them and delete them by hand",
                metadata: ["count": "\(strange)"])
            outcome.failed += strange
        }
        return markers
    }

    /// The position at which the next sweep continues if this one could not list everything.
    private func end(
        of listing: S3Client.Listing, into outcome: inout SweepOutcome, logger: Logger
    ) -> String? {
        guard !listing.isComplete else { return nil }
        logger.error(
            "more objects of a kind than one sweep lists: the next sweep continues",
            metadata: ["maximum": "\(Self.maximumListed)"])
        outcome.failed += 1
        return listing.objects.last?.key
    }

    private func listing(
        _ prefix: String, from position: String?, within time: WorkingTime
    ) async throws -> S3Client.Listing {
        try await withTimeLimit(time.forPart, clock: clock) { try await listing(prefix, from: position) }
    }

    /// The listing begins after the position and wraps around to the first key.
    private func listing(_ prefix: String, from position: String?) async throws -> S3Client.Listing {
        var listing = try await bucket.list(prefix: prefix, startingAfter: position, maximum: Self.maximumListed)
        guard let position, listing.isComplete else { return listing }
        let others = try await bucket.list(
            prefix: prefix, startingAfter: nil, maximum: Self.maximumListed - listing.objects.count)
        let before = others.objects.filter { ByteText($0.key) <= ByteText(position) }
        listing.objects += before
        listing.isComplete = others.isComplete || before.count < others.objects.count
        return listing
    }

    /// The objects whose events should have arrived by now, and the number of folders.
    private func inboxObjects(in listing: S3Client.Listing) -> (objects: [ListedInboxObject], folders: Int) {
        let objects = listing.objects.filter { !BucketLayout.isFolderMarker($0.key, size: $0.size) }
        let old = objects.filter { isOlder($0.lastModified, than: Self.patience) }
        return (old.map(ListedInboxObject.init), listing.objects.count - objects.count)
    }

    private func take(_ item: ListedInboxObject, logger: Logger) async throws -> SweepFinding {
        // A rejected object stays in the inbox. It is not read again by each sweep.
        if try await table.isRejected(item.delivery) { return .gone }
        guard let result = try await inbox.take(item.object, logger: logger) else { return .gone }
        return SweepFinding(result.result)
    }

    /// `nil` if it does not exist or cannot be read: then the sweep begins at the first object of each kind.
    private func knownPosition(logger: Logger) async -> SweepPosition? {
        do {
            return try await bucket.read(SweepPosition.self, key: BucketLayout.sweepPosition)
        } catch {
            logger.error("the position of the last sweep cannot be read: this one begins at the start", error: error)
            return nil
        }
    }

    private func keep(
        _ position: SweepPosition, instead known: SweepPosition?, into outcome: inout SweepOutcome, logger: Logger
    ) async {
        guard position != known ?? SweepPosition() else { return }
        await attempt(into: &outcome, logger: logger) { _ in
            if position == SweepPosition() {
                try await bucket.removeDocument(key: BucketLayout.sweepPosition)
            } else {
                try await bucket.putDocument(try PipelineJSON.encode(position), key: BucketLayout.sweepPosition)
            }
        }
    }
}
