// SPDX-License-Identifier: Apache-2.0

import Foundation
import SampleDocuments
import Synchronization
import Testing

@testable import ImportIntake
@testable import ImportPipeline

@Suite(.timeLimit(.minutes(2))) struct SweepTests {
    private let intake = SampleIntake()
    private var bucket: ModelBucket { intake.bucket }
    private let id = SampleDeliveries.id(1)

    private func manifestKey(_ number: Int = 0) -> String { BucketLayout.manifestKey(of: ImportID(id, number: number)) }

    private func wait(minutes: Double) {
        bucket.now += minutes * 60
    }

    @Test("The sweep starts the import of a living task whose event was lost, without reading the marker")
    func lostEvent() async {
        bucket.lay(id)
        bucket.put(SampleDeliveries.manifest(id), key: manifestKey())
        bucket.layLease()
        #expect(await intake.sweep().open == 1)
        #expect(intake.executions.started.isEmpty)

        wait(minutes: 11)
        bucket.layLease()
        bucket.forgetCalls()
        let outcome = await intake.sweep()
        #expect((outcome.started, outcome.open, outcome.recovered, outcome.failed) == (1, 0, [], 0))
        #expect(intake.executions.started == [ImportID(id)])
        #expect(!bucket.hasMarker(of: id))
        #expect(!bucket.calls.contains { $0.hasPrefix("read open/") })
    }

    @Test("A living task's delivery without a manifest stays open, and costs one request a sweep")
    func stillOpen() async {
        bucket.lay(id)
        wait(minutes: 11)
        bucket.layLease()
        #expect(await intake.sweep().open == 1)
        #expect(bucket.hasMarker(of: id))
        #expect(bucket.calls.filter { $0.contains("\(id)") } == ["read \(manifestKey())"])
    }

    @Test("The import of a manifest whose task is gone is started, and no delivery is closed twice")
    func goneWithManifest() async {
        bucket.lay(id, instances: ["1.4", "1.5"])
        bucket.put(SampleDeliveries.manifest(id), key: manifestKey())
        let outcome = await intake.sweep()
        #expect((outcome.started, outcome.recovered) == (1, []))
        #expect(bucket[BucketLayout.auditKey(of: id)] == nil)
        #expect(!bucket.hasMarker(of: id))
    }

    @Test(
        "A delivery whose task is gone gets an audit and a manifest, then its import starts and its marker is removed")
    func recovery() async {
        bucket.lay(id)
        let outcome = await intake.sweep()
        #expect(outcome.recovered == [id])
        #expect(bucket.manifest(ImportID(id))?.closeReason == .recovered)
        #expect(intake.executions.started == [ImportID(id)])
        let changes = bucket.calls.filter { !$0.hasPrefix("read") && !$0.hasPrefix("list") }
        #expect(
            changes == [
                "put audits/\(id)", "create \(manifestKey())",
                "remove \(BucketLayout.openMarkerKey(of: id, task: SampleDeliveries.task))",
            ])
    }

    @Test(
        "A recovery that is interrupted at any point is completed by the next sweep",
        arguments: ["put audits/", "create", "remove open/"])
    func recoveryEnds(_ call: String) async {
        bucket.lay(id)
        bucket.fail(at: call)
        #expect(await intake.sweep().failed == 1)
        #expect(bucket.hasMarker(of: id))
        let outcome = await intake.sweep()
        #expect(outcome.failed == 0)
        #expect(intake.executions.started == [ImportID(id)])
        #expect(!bucket.hasMarker(of: id))
        #expect(bucket[BucketLayout.auditKey(of: id)] != nil)
    }

    @Test("If the task is gone and its manifest starts no import, a further manifest is written")
    func goneWithBrokenManifest() async {
        bucket.lay(id)
        bucket[manifestKey()] = "text"
        #expect(await intake.sweep().recovered == [id])
        #expect(intake.executions.started == [ImportID(id, number: 1)])
        #expect(intake.table.rejected.contains(id))
    }

    @Test(
        "The clock is read before the leases are listed: a sweep frozen in between considers no living task gone"
    )
    func frozenBetween() async {
        bucket.lay(id)
        bucket.layLease()
        let first = bucket.now
        let reads = Mutex(0)
        let living = LivingTasks(
            bucket: bucket,
            now: {
                // The first reading of the clock, and what a later one would return.
                reads.withLock { count in
                    defer { count += 1 }
                    return first.addingTimeInterval(Double(count) * 3_600)
                }
            }, clock: PatientClock())
        let alive = try? await living.among(
            [SampleDeliveries.task], within: WorkingTime { .seconds(100) }, logger: intake.log.logger)
        #expect(alive == [SampleDeliveries.task])
        #expect(reads.withLock { $0 } == 1)
    }

    @Test("Only the leases of tasks that have markers are read")
    func leases() async throws {
        bucket.lay(id)
        bucket.layLease()
        for number in 0..<100 { bucket.layLease(of: try #require(TaskID("\(1_000_000_000_000_000 + number)"))) }
        _ = await intake.sweep()
        #expect(bucket.calls.filter { $0.hasPrefix("read tasks/") } == ["read tasks/\(SampleDeliveries.task)"])
    }

    // MARK: Second looks

    @Test("A second look imports instances stored after the recovery, and starts the import of every manifest again")
    func secondLook() async {
        bucket.lay(id)
        _ = await intake.sweep()
        wait(minutes: 1)
        let stored = bucket.now
        bucket[SampleDeliveries.key(id, "1.5")] = "y"
        wait(minutes: 23 * 60)
        #expect(await intake.sweep().auditsClosed == 0)

        wait(minutes: 61)
        let outcome = await intake.sweep()
        #expect((outcome.auditsClosed, outcome.instancesFoundLate, outcome.failed) == (1, 1, 0))
        #expect(bucket.manifest(ImportID(id, number: 1))?.instances.map(\.sopInstanceUID) == ["1.5"])
        #expect(bucket.manifest(ImportID(id, number: 1))?.lastInstanceAt == stored)
        #expect(intake.executions.started == [ImportID(id), ImportID(id, number: 1)])
        #expect(bucket[BucketLayout.auditKey(of: id)] == nil)
    }

    @Test("A delivery without instances gets a second look too")
    func nothingFound() async {
        bucket.lay(id, instances: [])
        #expect(await intake.sweep().cleared == 1)
        #expect(!bucket.hasMarker(of: id))
        bucket[SampleDeliveries.key(id)] = "x"
        wait(minutes: 25 * 60)
        #expect(await intake.sweep().instancesFoundLate == 1)
        #expect(intake.executions.started == [ImportID(id)])
    }

    @Test(
        "A second look that is interrupted at any point is completed by the next",
        arguments: ["create", "remove audits/"])
    func secondLookEnds(_ call: String) async {
        bucket.lay(id)
        _ = await intake.sweep()
        bucket[SampleDeliveries.key(id, "1.5")] = "y"
        wait(minutes: 25 * 60)
        bucket.fail(at: call)
        #expect(await intake.sweep().failed == 1)
        #expect(bucket[BucketLayout.auditKey(of: id)] != nil)
        #expect(await intake.sweep().auditsClosed == 1)
        #expect(intake.executions.started == [ImportID(id), ImportID(id, number: 1)])
        #expect(bucket.manifest(ImportID(id, number: 2)) == nil)
    }

    @Test("The second look starts the import of a further manifest whose event was lost")
    func lostFurtherEvent() async {
        bucket.lay(id)
        _ = await intake.sweep()
        bucket.put(SampleDeliveries.manifest(id, ["1.6"]), key: manifestKey(1))
        wait(minutes: 25 * 60)
        let outcome = await intake.sweep()
        #expect((outcome.auditsClosed, outcome.instancesFoundLate) == (1, 0))
        #expect(intake.executions.started == [ImportID(id), ImportID(id, number: 1)])
    }

    @Test("Sweeps that run at the same time close a delivery once, and its audit without a further manifest")
    func atOnce() async {
        for id in (0..<50).map(SampleDeliveries.id) { bucket.lay(id) }
        let outcomes = await sweeps(4)
        #expect(outcomes.map(\.recovered.count).reduce(0, +) == 50)
        #expect(outcomes.allSatisfy { $0.failed == 0 })
        #expect(intake.executions.started.count == 50)

        for id in (0..<50).map(SampleDeliveries.id) { bucket[SampleDeliveries.key(id, "1.5")] = "y" }
        wait(minutes: 25 * 60)
        #expect(await sweeps(4).allSatisfy { $0.failed == 0 })
        #expect(intake.executions.started.count == 100)
        #expect(bucket.keys.filter { $0.hasPrefix("deliveries/") }.count == 100)
        #expect(!bucket.keys.contains { $0.hasPrefix("audits/") || $0.hasPrefix("open/") })
    }

    private func sweeps(_ count: Int) async -> [SweepOutcome] {
        await withTaskGroup(of: SweepOutcome.self) { group in
            for _ in 0..<count { group.addTask { await intake.sweep() } }
            return await group.reduce(into: []) { $0.append($1) }
        }
    }

    // MARK: Fairness

    /// The number of items that can be handled until the time is up.
    private func time(looks: Int) -> WorkingTime {
        let left = Mutex(looks)
        return WorkingTime {
            left.withLock { left in
                left -= 1
                return left > 0 ? .seconds(120) : .zero
            }
        }
    }

    @Test("Ten thousand markers of living tasks do not keep a delivery from being recovered, and all get their turn")
    func tenThousandLiving() async throws {
        let living = try #require(TaskID("0000000000000000"))
        let lost = (0..<10_000).map(SampleDeliveries.id)
        for id in lost {
            bucket.put(SampleDeliveries.open(id), key: BucketLayout.openMarkerKey(of: id, task: living))
            bucket.put(SampleDeliveries.manifest(id, task: living), key: BucketLayout.manifestKey(of: ImportID(id)))
        }
        let gone = SampleDeliveries.id(20_000)
        bucket.lay(gone)
        wait(minutes: 11)
        bucket.layLease(of: living)
        let first = await intake.sweep(within: time(looks: 8_000))
        #expect(first.recovered == [gone])
        #expect(first.started > 0 && first.left > 0)
        #expect(first.started + first.left == 10_000)
        var sweeps = 1
        while intake.executions.started.count < 10_001, sweeps < 20 {
            bucket.layLease(of: living)
            _ = await intake.sweep(within: time(looks: 8_000))
            sweeps += 1
        }
        #expect(intake.executions.started.count == 10_001)
        #expect(bucket[BucketLayout.sweepPosition] == nil)
    }

    @Test("A sweep continues where the last one stopped, and wraps around")
    func goesOn() async throws {
        // All manifests are still missing: only the position changes.
        let ids = (0..<100).map(SampleDeliveries.id)
        for id in ids { bucket.lay(id, instances: []) }
        wait(minutes: 11)
        bucket.layLease()
        var looks = Set<String>()
        for _ in 0..<10 {
            bucket.forgetCalls()
            _ = await intake.sweep(within: time(looks: 60))
            looks.formUnion(bucket.calls.filter { $0.hasPrefix("read deliveries/") })
        }
        #expect(looks.count == ids.count)
    }

    @Test("A sweep works even if the position of the last one cannot be read")
    func brokenPosition() async {
        bucket.lay(id)
        bucket[BucketLayout.sweepPosition] = "text"
        #expect(await intake.sweep().recovered == [id])
    }
}
