// SPDX-License-Identifier: Apache-2.0

import ImportPipeline
import StructuredLog
import Testing

@testable import StorageSCP

@Suite struct ReceiverCountsTests {
    @Test("Counts are reported once")
    func once() {
        let counts = ReceiverCounts()
        counts.associationAccepted()
        counts.associationRejected()
        counts.instanceStored(bytes: 10, nanoseconds: 1_500_000)
        counts.instancesFailed(3)
        counts.deliveryClosed()
        let taken = counts.take().metrics
        #expect(taken.contains(.init("AssociationsRejected", 1)))
        #expect(taken.contains(.init("BytesStored", 10, .bytes)))
        #expect(taken.contains(.init("InstancesFailed", 3)))
        #expect(taken.contains(.init("StoreLatency", [1.5], .milliseconds)))
        #expect(counts.take().metrics.contains(.init("InstancesStored", 0)))
    }

    @Test("The named routes are counted by name, all others together, and what no route matched in total only")
    func routes() throws {
        let counts = ReceiverCounts(routes: try CountedRoutes("research"))
        for route in ["research", "a", "b", nil] { counts.instanceStored(bytes: 1, nanoseconds: 1, by: route) }
        counts.instanceDiscarded(by: "a")
        counts.instanceRefused(by: "research")
        let taken = counts.take()
        #expect(
            taken.ofRoutes == [
                "research": [.init("InstancesStored", 1), .init("InstancesRefused", 1)],
                "(others)": [.init("InstancesStored", 2), .init("InstancesDiscarded", 1)],
            ])
        for metric in [("InstancesStored", 4), ("InstancesDiscarded", 1), ("InstancesRefused", 1)] {
            #expect(taken.metrics.contains(.init(metric.0, metric.1)))
        }
        #expect(counts.take().ofRoutes.isEmpty)
        let unnamed = ReceiverCounts()
        unnamed.instanceStored(bytes: 1, nanoseconds: 1, by: "research")
        #expect(unnamed.take().ofRoutes.isEmpty)
    }

    @Test("A hundred of many latencies are reported, including the greatest")
    func sample() {
        var sample = LatencySample()
        for value in 0..<10_000 { sample.add(value == 5000 ? 1e6 : Double(value)) }
        #expect(sample.values.count == 100)
        #expect(sample.values.contains(1e6))
        var few = LatencySample()
        few.add(2)
        #expect(few.values == [2])
    }
}
