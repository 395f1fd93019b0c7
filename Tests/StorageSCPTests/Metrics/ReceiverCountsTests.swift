// SPDX-License-Identifier: Apache-2.0

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
        let taken = counts.take()
        #expect(taken.contains(.init("AssociationsRejected", 1)))
        #expect(taken.contains(.init("BytesStored", 10, .bytes)))
        #expect(taken.contains(.init("InstancesFailed", 3)))
        #expect(taken.contains(.init("StoreLatency", [1.5], .milliseconds)))
        #expect(counts.take().contains(.init("InstancesStored", 0)))
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
