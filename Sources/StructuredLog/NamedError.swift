// SPDX-License-Identifier: Apache-2.0

/// An error with a name and a class, which say more than its Swift type.
package protocol NamedError: Error {
    /// For example an AWS service's `ThrottlingException`. The default is the name of the type.
    var errorName: String { get }
    /// `nil`, the default, if it is not known what a caller can do about the error.
    var errorClass: ErrorClass? { get }
}

extension NamedError {
    package var errorName: String { String(describing: type(of: self)) }
    package var errorClass: ErrorClass? { nil }
}

extension Error {
    /// The name of this error in logs and, if it has no class, in reports to Lambda.
    package var reportedName: String { named?.errorName ?? String(describing: type(of: self as any Error)) }

    /// What to do about this error. Clients use it for retries; through Lambda it also reaches a state machine's
    /// `ErrorEquals`.
    package var reportedClass: ErrorClass? { named?.errorClass }

    // An error that passed through a continuation is an `any Error` inside another `any Error`. The cast unwraps it.
    private var named: (any NamedError)? { self as? any NamedError }
}
