// SPDX-License-Identifier: Apache-2.0

import StructuredLog
import Synchronization

/// Counts events since the last `take`, on all event loops.
final class ReceiverCounts: Sendable {
    private struct Counts {
        var associationsAccepted = 0
        var associationsRejected = 0
        var instancesStored = 0
        var instancesFailed = 0
        var instancesDiscarded = 0
        var bytesStored = 0
        var instancesRepeated = 0
        var instancesChanged = 0
        var studiesJoined = 0
        var deliveriesClosed = 0
        var latencies = LatencySample()
    }

    private let counts = Mutex(Counts())

    func associationAccepted() {
        counts.withLock { $0.associationsAccepted += 1 }
    }

    func associationRejected() {
        counts.withLock { $0.associationsRejected += 1 }
    }

    /// `nanoseconds`: from the receipt of the last byte until the instance was stored.
    func instanceStored(bytes: Int, nanoseconds: Int64) {
        counts.withLock { counts in
            counts.instancesStored += 1
            counts.bytesStored += bytes
            counts.latencies.add(Double(nanoseconds) / 1_000_000)
        }
    }

    /// An instance was stored that had been sent before, to a delivery not yet closed.
    func instanceRepeated(_ content: RepeatedContent) {
        counts.withLock { counts in
            counts.instancesRepeated += 1
            if content == .other { counts.instancesChanged += 1 }
        }
    }

    /// A route discarded an instance.
    func instanceDiscarded() {
        counts.withLock { $0.instancesDiscarded += 1 }
    }

    /// The failed instances of an association that has ended.
    func instancesFailed(_ count: Int) {
        counts.withLock { $0.instancesFailed += count }
    }

    /// A study joined a delivery that another study had opened.
    func studyJoined() {
        counts.withLock { $0.studiesJoined += 1 }
    }

    func deliveryClosed() {
        counts.withLock { $0.deliveriesClosed += 1 }
    }

    /// Returns the counts and starts again from zero.
    func take() -> [EmbeddedMetrics.Metric] {
        let taken = counts.withLock { counts in
            defer { counts = Counts() }
            return counts
        }
        return [
            .init("AssociationsAccepted", taken.associationsAccepted),
            .init("AssociationsRejected", taken.associationsRejected),
            .init("InstancesStored", taken.instancesStored),
            .init("InstancesFailed", taken.instancesFailed),
            .init("InstancesDiscarded", taken.instancesDiscarded),
            .init("InstancesRepeated", taken.instancesRepeated),
            .init("InstancesChanged", taken.instancesChanged),
            .init("BytesStored", taken.bytesStored, .bytes),
            .init("StudiesJoined", taken.studiesJoined),
            .init("DeliveriesClosed", taken.deliveriesClosed),
            .init("StoreLatency", taken.latencies.values, .milliseconds),
        ]
    }
}
