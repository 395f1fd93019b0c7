// SPDX-License-Identifier: Apache-2.0

/// The pipeline and its imports at one time.
package struct PipelineOverview: Sendable, Equatable {
    package var status: PipelineStatus
    /// Newest first.
    package var deliveries: [DeliverySummary]
    /// Whether there are older ones that `deliveries` does not have.
    package var isCut: Bool

    package init(status: PipelineStatus, deliveries: [DeliverySummary], isCut: Bool = false) {
        self.status = status
        self.deliveries = deliveries
        self.isCut = isCut
    }

    /// - Parameter maximum: the deliveries that are kept: the newest.
    package init(_ snapshot: PipelineSnapshot, maximum: Int = InspectionLimits.deliveries) {
        let imports = snapshot.imports()
        self.init(
            status: snapshot.status(), deliveries: Array(imports.prefix(maximum)), isCut: imports.count > maximum)
    }
}

extension PipelineInspector {
    package func overview() async throws -> PipelineOverview {
        PipelineOverview(status: try await status(), deliveries: try await deliveries())
    }
}
