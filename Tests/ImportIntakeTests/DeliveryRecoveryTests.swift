// SPDX-License-Identifier: Apache-2.0

import Foundation
import SampleDocuments
import TestLog
import Testing

@testable import ImportPipeline
@testable import ImportIntake

/// What a sweep finds in the bucket is input from outside.
@Suite(.timeLimit(.minutes(2))) struct DeliveryRecoveryTests {
    private let intake = SampleIntake()
    private var bucket: ModelBucket { intake.bucket }
    private var log: RecordedLog { intake.log }

    private static func id(_ number: Int) -> DeliveryID {
        DeliveryID(openedAt: Date(timeIntervalSince1970: 1_795_477_912), randomness: UInt64(number), 0)
    }

    private static let task = SampleDeliveries.task
    private static let strange = "Doe^John"

    /// An open marker under its key, and an instance.
    private func lay(_ id: DeliveryID, marker: String? = nil, task: TaskID = Self.task) {
        let text = SampleDocument.marker.text
            .replacing(SampleDocument.delivery, with: id.description).replacing(
                "0123456789abcdef\",\"study", with: "\(task)\",\"study")
        bucket[BucketLayout.openMarkerKey(of: id, task: task)] = marker ?? text
        bucket[BucketLayout.instanceKey(id, study: "1.2", series: "1.3", instance: "1.4")] = "x"
    }

    private static let brokenMarkers = [
        "", "text", "{}", "[]", String(repeating: "[", count: 513),
        String(repeating: " ", count: DocumentLimits.maximumBytes + 1),
    ]

    @Test("A thousand deliveries are recovered beside one broken document of each kind")
    func thousand() async throws {
        let good = (0..<1_000).map(Self.id)
        for id in good { lay(id) }
        var broken = Self.brokenMarkers.enumerated().map { index, text in (Self.id(2_000 + index), text) }
        for (index, fault) in DocumentFault.all.filter({ $0.document == .marker }).enumerated() {
            let text = try SampleDocument.marker.text(setting: fault.path, to: fault.values[0])
            broken.append((Self.id(3_000 + index), text))
        }
        for (id, text) in broken { lay(id, marker: text) }
        bucket["open/\(Self.strange)"] = "{}"

        // A marker that names another delivery, and one whose prefix contains more objects than a job takes.
        let (impostor, victim, huge) = (Self.id(4_000), Self.id(4_001), Self.id(4_002))
        lay(victim)
        lay(impostor, marker: bucket[BucketLayout.openMarkerKey(of: victim, task: Self.task)])
        lay(huge)
        bucket.list(
            beside: (0..<HealthImagingLimits.maximumInstances).map {
                BucketLayout.instanceKey(huge, study: "1.2", series: "1.3", instance: "2.\($0)")
            })

        // Leases that cannot be read: the deliveries of their tasks stay open.
        let largest = #"{"seconds":\#(DocumentFault.largest)}"#
        let leases = [largest, #"{"seconds":0}"#] + Self.brokenMarkers
        for (index, text) in leases.enumerated() {
            let task = try #require(TaskID("aaaaaaaaaaaaaaa\(index)"))
            bucket["tasks/\(task)"] = text
            lay(Self.id(5_000 + index), task: task)
        }
        bucket["tasks/\(Self.strange)"] = "{}"

        let outcome = await intake.sweep()
        #expect(Set(outcome.recovered) == Set(good + [victim]))
        #expect(outcome.failed == broken.count + [impostor, huge].count + 1)
        #expect(outcome.open == leases.count)
        #expect((outcome.cleared, outcome.left) == (0, 0))
        #expect(bucket[BucketLayout.openMarkerKey(of: impostor, task: Self.task)] != nil)
        #expect(bucket[BucketLayout.manifestKey(of: ImportID(impostor))] == nil)
        for (id, _) in broken { #expect(bucket[BucketLayout.openMarkerKey(of: id, task: Self.task)] != nil) }
        #expect(log.lines.filter { $0.contains("task lease not readable") }.count == leases.count)
        #expect(!log.lines.contains { $0.contains(Self.strange) || $0.contains(DocumentFault.largest) })
    }

    @Test("Items that are left when the time is up are reported, and none of them is begun")
    func noTime() async throws {
        for number in 0..<10 { lay(Self.id(number)) }
        let outcome = await intake.sweep(seconds: 0)
        #expect((outcome.left, outcome.failed, outcome.recovered) == (10, 0, []))
        #expect(bucket.keys.count == 20)
    }

    @Test(
        "With more leases than are listed no delivery is closed: a task whose lease was not seen would be considered gone"
    )
    func tooManyLeases() async throws {
        lay(Self.id(1))
        bucket.list(beside: (0...LivingTasks.maximumLeases).map { "tasks/\(1_000_000_000_000_000 + $0)" })
        #expect(await intake.sweep().failed == 1)
        #expect(bucket[BucketLayout.openMarkerKey(of: Self.id(1), task: Self.task)] != nil)
    }

    @Test("More markers than are listed are reported, and the listed ones are recovered")
    func tooManyMarkers() async throws {
        lay(Self.id(1))
        bucket.list(beside: (0...Sweep.maximumListed).map { "open/z\($0)" })
        let outcome = await intake.sweep()
        #expect(outcome.recovered == [Self.id(1)])
        #expect(log.lines.contains { $0.contains("more objects of a kind than one sweep lists") })
    }
}
