// SPDX-License-Identifier: Apache-2.0

import StructuredLog

/// The answer to an execution whose job cannot be started now.
package struct StartFailure: Error, Equatable {
    /// The name that the state machine's `Retry` compares: `Function.Permanent`, `Function.Transient`, or the name of
    /// an error without a class.
    package let error: String
    /// It becomes the message of the item. Step Functions accepts 32,768 characters.
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
