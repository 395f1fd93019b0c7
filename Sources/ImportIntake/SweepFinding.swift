import ImportPipeline

/// What a sweep found in one place.
enum SweepFinding: Equatable, Sendable {
    case recovered(DeliveryID)
    case started
    case open
    case cleared
    case rejected
    case auditClosed(foundLate: Int)
    /// It went while we looked, or nothing is to be done.
    case gone
    case failed
    case left

    /// Of a manifest, or of an object of the inbox, that the sweep has taken.
    init(_ result: IntakeResult.Result) {
        switch result {
        case .started: self = .started
        case .alreadyStarted: self = .cleared
        case .rejected: self = .rejected
        case .ignored: self = .gone
        }
    }
}
