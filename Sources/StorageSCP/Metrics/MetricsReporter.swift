// SPDX-License-Identifier: Apache-2.0

import StructuredLog

/// Writes the receiver's metrics once a minute.
struct MetricsReporter: Sendable {
    private static let interval = Duration.seconds(60)

    let metrics: EmbeddedMetrics
    let counts: ReceiverCounts
    let associations: OpenAssociations
    let deliveries: Deliveries
    /// Names the task in each line, since the metrics of all tasks are collected together.
    let task: String
    var clock: any Clock<Duration> = ContinuousClock()

    func run() async {
        while (try? await clock.sleep(for: Self.interval)) != nil { report() }
    }

    func report() {
        let gauges: [EmbeddedMetrics.Metric] = [
            .init("AssociationsActive", associations.count), .init("DeliveriesOpen", deliveries.count),
            .init("DeliveriesWaiting", deliveries.waitingCount),
        ]
        metrics.emit(gauges + counts.take(), properties: ["task": task])
    }
}
