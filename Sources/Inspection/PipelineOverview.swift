// SPDX-License-Identifier: Apache-2.0

/// The pipeline and its imports at one time.
package struct PipelineOverview: Sendable, Equatable {
    package var status: PipelineStatus
    /// Newest first.
    package var deliveries: [DeliverySummary]

    package init(status: PipelineStatus, deliveries: [DeliverySummary]) {
        self.status = status
        self.deliveries = deliveries
    }
}

extension PipelineInspector {
    package func overview() async throws -> PipelineOverview {
        PipelineOverview(status: try await status(), deliveries: try await deliveries())
    }
}
