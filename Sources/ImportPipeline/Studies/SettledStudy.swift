// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials

/// The detail of the event `Study Settled` (`docs/events.md`).
package struct SettledStudy: Encodable, Sendable {
    /// In each of the two lists.
    package static let maximumListed = 100

    private let version: Int
    private let id: String
    private let datastoreId: String
    private let studyInstanceUID: String
    private let isComplete: Bool
    private let importedDeliveries: [String]
    private let incompleteDeliveries: [String]
    private let deliveryCount: Int
    private let listsAreComplete: Bool
    private let hasSettledBefore: Bool
    private let firstInstanceAt: String?
    private let lastInstanceAt: String?
    private let settledAt: String

    /// No import of the study may be pending.
    package init(_ study: StudyRecord, at date: Date) {
        version = 1
        id = "\(study.name)/\(study.revision)"
        datastoreId = study.name.datastoreID
        studyInstanceUID = study.name.studyInstanceUID
        isComplete = study.incomplete.isEmpty && !study.isCut
        importedDeliveries = Array(study.imported.sorted().prefix(Self.maximumListed))
        incompleteDeliveries = Array(study.incomplete.sorted().prefix(Self.maximumListed))
        deliveryCount = study.imported.count + study.incomplete.count
        listsAreComplete =
            importedDeliveries.count + incompleteDeliveries.count == deliveryCount && !study.isCut
        hasSettledBefore = study.settledAt != nil
        firstInstanceAt = study.firstInstanceAt
        lastInstanceAt = study.lastInstanceAt
        settledAt = PipelineJSON.timestamp(date)
    }
}
