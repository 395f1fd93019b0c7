import StructuredLog
import Synchronization

/// What happened since the last look, counted on every event loop.
final class ReceiverCounts: Sendable {
    private struct Counts {
        var associationsAccepted = 0
        var associationsRejected = 0
        var instancesStored = 0
        var instancesFailed = 0
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

    /// `nanoseconds` from the last byte until the store had it.
    func instanceStored(bytes: Int, nanoseconds: Int64) {
        counts.withLock { counts in
            counts.instancesStored += 1
            counts.bytesStored += bytes
            counts.latencies.add(Double(nanoseconds) / 1_000_000)
        }
    }

    /// One that is stored and had been sent before, to a delivery that was not closed.
    func instanceRepeated(_ content: RepeatedContent) {
        counts.withLock { counts in
            counts.instancesRepeated += 1
            if content == .other { counts.instancesChanged += 1 }
        }
    }

    /// Of an association that has ended.
    func instancesFailed(_ count: Int) {
        counts.withLock { $0.instancesFailed += count }
    }

    /// A study that came to a delivery which another had opened.
    func studyJoined() {
        counts.withLock { $0.studiesJoined += 1 }
    }

    func deliveryClosed() {
        counts.withLock { $0.deliveriesClosed += 1 }
    }

    /// And counts from nothing again.
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
            .init("InstancesRepeated", taken.instancesRepeated),
            .init("InstancesChanged", taken.instancesChanged),
            .init("BytesStored", taken.bytesStored, .bytes),
            .init("StudiesJoined", taken.studiesJoined),
            .init("DeliveriesClosed", taken.deliveriesClosed),
            .init("StoreLatency", taken.latencies.values, .milliseconds),
        ]
    }
}
