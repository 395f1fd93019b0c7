// SPDX-License-Identifier: Apache-2.0

import ImportPipeline
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
        var instancesRefused = 0
        var bytesStored = 0
        var instancesRepeated = 0
        var instancesChanged = 0
        var studiesJoined = 0
        var deliveriesClosed = 0
        var latencies = LatencySample()
        /// By the value of the dimension, of which there are at most `CountedRoutes.maximum` and one.
        var ofRoutes: [String: RouteCounts] = [:]
    }

    /// What the routes did that are counted under one value of the dimension.
    private struct RouteCounts {
        var stored = 0
        var refused = 0
        var discarded = 0
    }

    private let routes: CountedRoutes
    private let counts = Mutex(Counts())

    init(routes: CountedRoutes = .none) {
        self.routes = routes
    }

    func associationAccepted() {
        counts.withLock { $0.associationsAccepted += 1 }
    }

    func associationRejected() {
        counts.withLock { $0.associationsRejected += 1 }
    }

    /// `nanoseconds`: from the receipt of the last byte until the instance was stored. `route`: the one that matched.
    func instanceStored(bytes: Int, nanoseconds: Int64, by route: String? = nil) {
        let value = route.flatMap(routes.value)
        counts.withLock { counts in
            counts.instancesStored += 1
            counts.bytesStored += bytes
            counts.latencies.add(Double(nanoseconds) / 1_000_000)
            if let value { counts.ofRoutes[value, default: RouteCounts()].stored += 1 }
        }
    }

    /// An instance was stored that had been sent before, to a delivery not yet closed.
    func instanceRepeated(_ content: RepeatedContent) {
        counts.withLock { counts in
            counts.instancesRepeated += 1
            if content == .other { counts.instancesChanged += 1 }
        }
    }

    func instanceDiscarded(by route: String) {
        let value = routes.value(of: route)
        counts.withLock { counts in
            counts.instancesDiscarded += 1
            if let value { counts.ofRoutes[value, default: RouteCounts()].discarded += 1 }
        }
    }

    func instanceRefused(by route: String) {
        let value = routes.value(of: route)
        counts.withLock { counts in
            counts.instancesRefused += 1
            if let value { counts.ofRoutes[value, default: RouteCounts()].refused += 1 }
        }
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

    /// What was counted, and of it what is counted by route: only what is not zero, because a metric costs for each hour
    /// in which it has a value.
    typealias Taken = (metrics: [EmbeddedMetrics.Metric], ofRoutes: [String: [EmbeddedMetrics.Metric]])

    /// Returns the counts and starts again from zero.
    func take() -> Taken {
        let taken = counts.withLock { counts in
            defer { counts = Counts() }
            return counts
        }
        return (Self.metrics(taken), taken.ofRoutes.mapValues(Self.metrics))
    }

    private static func metrics(_ counts: RouteCounts) -> [EmbeddedMetrics.Metric] {
        [
            counts.stored > 0 ? .init("InstancesStored", counts.stored) : nil,
            counts.refused > 0 ? .init("InstancesRefused", counts.refused) : nil,
            counts.discarded > 0 ? .init("InstancesDiscarded", counts.discarded) : nil,
        ].compactMap { $0 }
    }

    private static func metrics(_ taken: Counts) -> [EmbeddedMetrics.Metric] {
        [
            .init("AssociationsAccepted", taken.associationsAccepted),
            .init("AssociationsRejected", taken.associationsRejected),
            .init("InstancesStored", taken.instancesStored),
            .init("InstancesFailed", taken.instancesFailed),
            .init("InstancesDiscarded", taken.instancesDiscarded),
            .init("InstancesRefused", taken.instancesRefused),
            .init("InstancesRepeated", taken.instancesRepeated),
            .init("InstancesChanged", taken.instancesChanged),
            .init("BytesStored", taken.bytesStored, .bytes),
            .init("StudiesJoined", taken.studiesJoined),
            .init("DeliveriesClosed", taken.deliveriesClosed),
            .init("StoreLatency", taken.latencies.values, .milliseconds),
        ]
    }
}
