// SPDX-License-Identifier: Apache-2.0

import ImportPipeline

/// What a sweep found for one item.
enum SweepFinding: Equatable, Sendable {
    case recovered(DeliveryID)
    case started
    case open
    case cleared
    case rejected
    case auditClosed(foundLate: Int)
    case studySettled
    case studyPostponed
    /// The item was removed in the meantime, or nothing has to be done.
    case gone
    case failed
    case left

    /// From the result for a manifest, or for an object of the inbox.
    init(_ result: IntakeResult.Result) {
        switch result {
        case .started: self = .started
        case .alreadyStarted: self = .cleared
        case .rejected: self = .rejected
        case .ignored: self = .gone
        }
    }
}
