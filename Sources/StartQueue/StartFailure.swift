import StructuredLog

/// What an execution is told whose job cannot be started now.
package struct StartFailure: Error, Equatable {
    /// The state machine's `Retry` compares with it: `Function.Permanent`, `Function.Transient`, or the name of an error that is in
    /// no class.
    package let error: String
    /// It becomes the item's message. Step Functions takes 32,768 characters.
    package let cause: String

    private static let maximumCauseLength = 8_192

    package init(_ error: any Error) {
        let name =
            switch StartRefusal(error) {
            case .final: ErrorClass.permanent.rawValue
            case .broken where error.reportedClass == nil: error.reportedName
            case .broken, .throttled, .quotaReached: ErrorClass.transient.rawValue
            }
        self.error = "Function.\(name)"
        cause = String("\(error.reportedName): \(error)".prefix(Self.maximumCauseLength))
    }
}
