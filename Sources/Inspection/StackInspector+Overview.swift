// SPDX-License-Identifier: Apache-2.0

extension StackInspector {
    package func overview() async throws -> PipelineOverview {
        let snapshot = try await reader.snapshot()
        return PipelineOverview(
            status: snapshot.status(), deliveries: Array(snapshot.imports().prefix(InspectionLimits.deliveries)))
    }
}
