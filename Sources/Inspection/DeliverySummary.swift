// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials

/// One import in a list: a delivery, one of its further manifests, or a rejected object.
package struct DeliverySummary: Codable, Sendable, Equatable, Identifiable {
    /// How far it is.
    package enum Step: String, Codable, Sendable, CaseIterable {
        /// A receiver still takes instances of it.
        case receiving
        /// Its manifest was written; no execution was started yet.
        case closed
        /// Its execution waits in the start queue.
        case waiting
        /// HealthImaging's job was started and has not ended.
        case importing
        case imported
        case partial
        case failed
        case rejected
    }

    /// The import's id: the delivery's, with a number behind it for a further manifest.
    package var id: String
    package var step: Step
    /// Why it does not go on, or why it did not end well; `nil` if nothing is wrong.
    package var problem: Problem?
    package var callingAETitle: String?
    package var calledAETitle: String?
    /// The name of the route that chose the data store; `nil` if none matched.
    package var route: String?
    package var datastoreId: String?
    /// `nil` if it has several studies.
    package var studyInstanceUID: String?
    package var studyCount: Int?
    package var instanceCount: Int?
    package var byteCount: Int?
    package var importedCount: Int?
    package var failedCount: Int?
    package var missingCount: Int?
    package var warningCount: Int?
    package var jobId: String?
    /// The report about each instance that was not simply imported.
    package var reportS3Uri: String?
    /// From 1.
    package var attempt: Int?
    package var openedAt: Date?
    package var closedAt: Date?
    package var submittedAt: Date?
    package var endedAt: Date?

    package init(id: String, step: Step) {
        self.id = id
        self.step = step
    }
}
