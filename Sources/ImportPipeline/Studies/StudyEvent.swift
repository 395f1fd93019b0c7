// SPDX-License-Identifier: Apache-2.0

/// What subscribers on EventBridge are told: the last word on a delivery, or that a study has arrived. The details are
/// documented in `docs/events.md`. They name UIDs and never a patient.
package struct StudyEvent: Sendable, Equatable {
    package static let source = "dicom-store-scp"

    package enum DetailType: String, CaseIterable, Sendable {
        case deliveryImported = "Delivery Imported"
        case deliveryPartial = "Delivery Partial"
        case deliveryFailed = "Delivery Failed"
        case deliveryRejected = "Delivery Rejected"
        case studySettled = "Study Settled"

        /// `nil` for an import that is still pending.
        init?(_ outcome: ImportOutcome) {
            switch outcome {
            case .pending: return nil
            case .imported: self = .deliveryImported
            case .partial: self = .deliveryPartial
            case .failed: self = .deliveryFailed
            case .rejected: self = .deliveryRejected
            }
        }
    }

    package let detailType: DetailType
    /// A JSON object.
    package let detail: String

    package init(_ detailType: DetailType, detail: some Encodable) throws {
        self.detailType = detailType
        self.detail = String(decoding: try PipelineJSON.encode(detail), as: UTF8.self)
    }
}

/// Where events are sent. An event may be sent more than once: subscribers drop repeats by the member `id` of its
/// detail.
package protocol StudyEventBus: Sendable {
    func send(_ event: StudyEvent) async throws
}
