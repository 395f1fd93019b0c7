// SPDX-License-Identifier: Apache-2.0

import AWSManagement
import FoundationEssentials

/// What was found, and whether it is all that there is.
package typealias Pages = AWSManagement.Pages

/// Reads what became of deliveries. The commands and the console ask it; it changes nothing.
package protocol PipelineInspector: Sendable {
    func status() async throws -> PipelineStatus
    /// Newest first.
    func deliveries() async throws -> [DeliverySummary]
    /// Both of them, from one reading.
    func overview() async throws -> PipelineOverview
    /// `nil` if there is no such import.
    func delivery(_ id: String) async throws -> DeliveryTrace?
    /// Everything that a UID of a study, series or instance, or a delivery's id, names.
    func find(_ name: String) async throws -> Pages<DeliveryTrace>
    /// Log lines of the receiver and the functions about a delivery, oldest first.
    func logLines(about id: String) async throws -> Pages<LogEntry>
    /// The whole Part 10 file of an instance; `nil` if there is none.
    func instance(key: String) async throws -> [UInt8]?
}

/// One line of a log.
package struct LogEntry: Codable, Sendable, Hashable {
    package var at: Date
    /// `StoreSCP`, `TriggerImport`, `StartImportJob`, `CheckStatus`.
    package var source: String
    package var level: String
    package var message: String
    package var metadata: [String: String]

    package init(at: Date, source: String, level: String, message: String, metadata: [String: String]) {
        self.at = at
        self.source = source
        self.level = level
        self.message = message
        self.metadata = metadata
    }
}
