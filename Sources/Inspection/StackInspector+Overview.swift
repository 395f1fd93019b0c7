// SPDX-License-Identifier: Apache-2.0

extension StackInspector {
    package func overview() async throws -> PipelineOverview {
        PipelineOverview(try await reader.snapshot())
    }
}
