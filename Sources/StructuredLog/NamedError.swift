/// An error that says more about itself than its Swift type does.
package protocol NamedError: Error {
    /// Such as an AWS service's `ThrottlingException`; the type's own name by default.
    var errorName: String { get }
    /// nil, the default: nobody has decided what to do about it.
    var errorClass: ErrorClass? { get }
}

extension NamedError {
    package var errorName: String { String(describing: type(of: self)) }
    package var errorClass: ErrorClass? { nil }
}

extension Error {
    /// The name under which this error is reported: in a log, and to Lambda where it has no class.
    package var reportedName: String { named?.errorName ?? String(describing: type(of: self as any Error)) }

    /// What to do about this error: for a client's next attempt and, by way of Lambda, for a state machine's `ErrorEquals`.
    package var reportedClass: ErrorClass? { named?.errorClass }

    // What came through a continuation is an `any Error` within another: the cast looks into it.
    private var named: (any NamedError)? { self as? any NamedError }
}
