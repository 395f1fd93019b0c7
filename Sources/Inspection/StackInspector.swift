// SPDX-License-Identifier: Apache-2.0

import AWS
import AWSManagement
import ByteComparison
import FoundationEssentials
import ImportPipeline

/// Reads the pipeline of one stack.
package struct StackInspector: PipelineInspector {
    let reader: PipelineReader
    package let logs: LogReader

    package init(stack: PipelineStack, client: AWSClient, now: @escaping @Sendable () -> Date = { Date() }) {
        reader = PipelineReader(stack: stack, client: client, now: now)
        logs = LogReader(stack: stack, client: client)
    }

    package func status() async throws -> PipelineStatus {
        try await reader.recentSnapshot().status()
    }

    package func deliveries() async throws -> [DeliverySummary] {
        Array(try await reader.recentSnapshot().imports().prefix(InspectionLimits.deliveries))
    }

    package func delivery(_ id: String) async throws -> DeliveryTrace? {
        guard let id = ImportID(id) else { return nil }
        return try await traces(of: [id.delivery], rows: InspectionLimits.rowsPerTrace).elements
            .first { $0.summary.id == id.description }
    }

    package func logLines(about id: String) async throws -> Pages<LogEntry> {
        guard let id = ImportID(id) else { return Pages([]) }
        return try await logs.lines(about: id.delivery)
    }

    package func instance(key: String) async throws -> [UInt8]? {
        let parts = key.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 7, let delivery = DeliveryID(String(parts[3])),
            BucketLayout.components(ofInstanceKey: key, in: delivery) != nil
        else { return nil }
        return try await reader.s3.getObjectIfPresent(
            bucket: reader.stack.bucket, key: key, maximumBytes: InspectionLimits.instanceBytes)?.body
    }
}
