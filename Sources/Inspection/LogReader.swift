// SPDX-License-Identifier: Apache-2.0

import AWS
import AWSManagement
import ByteComparison
import FoundationEssentials
import ImportPipeline

/// Reads the log groups of a pipeline.
package struct LogReader: Sendable {
    private let stack: PipelineStack
    private let client: LogsClient

    package init(stack: PipelineStack, client: AWSClient) {
        self.stack = stack
        self.client = LogsClient(client: client)
    }

    /// Lines of the receiver and the functions that name the delivery, oldest first; from its beginning, if no other
    /// time is given.
    package func lines(about delivery: DeliveryID, from start: Date? = nil) async throws -> Pages<LogEntry> {
        // A little earlier: the clocks of two machines differ.
        let opened = (Timestamp.date(delivery.openedAt) ?? .distantPast).addingTimeInterval(-300)
        return try await lines(from: start ?? opened, until: nil, pattern: "\"\(delivery)\"")
    }

    /// Warnings, errors and outcomes, oldest first.
    package func events(from start: Date) async throws -> Pages<LogEntry> {
        let terms =
            Self.levels.map { "$.level = \"\($0)\"" } + Self.outcomes.map { "$.message = \"\($0)\"" }
        var pages = try await lines(from: start, until: nil, pattern: "{ \(terms.joined(separator: " || ")) }")
        // A local AWS may not know such patterns, and answer with every line.
        pages.elements.removeAll { !Self.isEvent($0) }
        return pages
    }

    private static let levels = ["WARN", "ERROR", "FATAL"]
    /// Lines of other levels that say what became of a delivery.
    package static let outcomes = [
        "delivery closed", "delivery recovered: its task is gone", "import requested", "import job started",
        "import job checked", "object rejected",
    ]

    /// Looks at jobs that have not ended say nothing new.
    private static func isEvent(_ entry: LogEntry) -> Bool {
        guard !levels.contains(entry.level) else { return true }
        return outcomes.contains(entry.message) && entry.metadata["outcome"] != ImportOutcome.pending.rawValue
    }

    /// Lines of all log groups that match a pattern of CloudWatch Logs, oldest first.
    package func lines(from start: Date, until end: Date?, pattern: String?) async throws -> Pages<LogEntry> {
        var entries: [LogEntry] = []
        var isComplete = true
        for group in stack.functionLogGroups + [stack.receiverLogGroup] {
            do {
                let pages = try await client.filterLogEvents(
                    logGroup: group, from: start, until: end, pattern: pattern, maximumPages: InspectionLimits.logPages)
                entries += pages.elements.compactMap { LogEntry($0, source: source(of: group)) }
                isComplete = isComplete && pages.isComplete
            } catch let error as AWSServiceError
                where error.code == "ResourceNotFoundException" && group == stack.receiverLogGroup && !stack.hasReceiver
            {
                // The pipeline's stack has no receiver.
            }
        }
        entries.sort { $0.at < $1.at }
        if entries.count > InspectionLimits.logLines {
            entries.removeFirst(entries.count - InspectionLimits.logLines)
            isComplete = false
        }
        return Pages(entries, isComplete: isComplete)
    }

    private func source(of group: String) -> String {
        guard group != stack.receiverLogGroup else { return "StoreSCP" }
        let sources = ["TriggerImport", "StartImportJob", "CheckStatus", "ImportStateMachine"]
        return sources.first { group.ends(with: $0) } ?? group
    }
}

extension LogEntry {
    /// `nil` for what is no line of this project: metrics, and the lines in which Lambda itself reports.
    package init?(_ event: LogsClient.Event, source: String) {
        let bytes = Array(event.message.utf8)
        guard bytes.count <= DocumentLimits.maximumSmallBytes,
            let line = try? PipelineJSON.decode(Line.self, from: bytes)
        else { return nil }
        var fields = line.fields
        guard let message = fields.removeValue(forKey: "message") else { return nil }
        let time = fields.removeValue(forKey: "timestamp").flatMap(Timestamp.date)
        self.init(
            at: time ?? Date(timeIntervalSince1970: Double(event.timestamp) / 1_000), source: source,
            level: fields.removeValue(forKey: "level") ?? "INFO", message: message, metadata: fields)
    }

    /// A line in JSON. Members that are not text are left out.
    private struct Line: Decodable {
        let fields: [String: String]

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: Name.self)
            var fields: [String: String] = [:]
            for name in container.allKeys {
                fields[name.stringValue] = try? container.decode(String.self, forKey: name)
            }
            self.fields = fields
        }

        struct Name: CodingKey {
            let stringValue: String
            var intValue: Int? { nil }
            init?(stringValue: String) { self.stringValue = stringValue }
            init?(intValue: Int) { nil }
        }
    }
}
