// SPDX-License-Identifier: Apache-2.0

import Commitment
import ImportPipeline
import StructuredLog

/// Writes the receiver's metrics once a minute.
struct MetricsReporter: Sendable {
    private static let interval = Duration.seconds(60)

    let metrics: EmbeddedMetrics
    let counts: ReceiverCounts
    let associations: OpenAssociations
    let deliveries: Deliveries
    /// `nil`: there are no metrics of storage commitment.
    let commitments: Commitments?
    /// Names the task in each line, since the metrics of all tasks are collected together.
    let task: String
    var clock: any Clock<Duration> = ContinuousClock()

    func run() async {
        while (try? await clock.sleep(for: Self.interval)) != nil { await report() }
    }

    func report() async {
        let gauges: [EmbeddedMetrics.Metric] = [
            .init("AssociationsActive", associations.count), .init("DeliveriesOpen", deliveries.count),
            .init("DeliveriesWaiting", deliveries.waitingCount),
        ]
        let taken = counts.take()
        metrics.emit(gauges + taken.metrics + (await ofCommitments()), properties: ["task": task])
        for (route, counts) in taken.ofRoutes.sorted(by: { $0.key < $1.key }) {
            metrics.emit(counts, by: [CountedRoutes.dimension: route], properties: ["task": task])
        }
    }

    /// The open requests for storage commitment are those that this task works on.
    private func ofCommitments() async -> [EmbeddedMetrics.Metric] {
        guard let commitments else { return [] }
        let (status, counts) = (await commitments.status, commitments.counts.take())
        return [
            .init("CommitmentsOpen", status.open), .init("OldestCommitment", status.age, .seconds),
            .init("CommitmentsRefused", counts.refused), .init("CommitmentsReported", counts.reported),
            .init("CommitmentsFailed", counts.failed),
        ]
    }
}
