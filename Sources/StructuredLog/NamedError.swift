/// An error that goes by another name than its Swift type's, such as an AWS service's `ThrottlingException`.
package protocol NamedError: Error {
    var errorName: String { get }
}

extension Error {
    /// The name under which this error is reported: in a log, to Lambda, to a state machine's `ErrorEquals`.
    package var reportedName: String {
        // What came through a continuation is an `any Error` within another: the cast looks into it.
        (self as? any NamedError)?.errorName ?? String(describing: type(of: self as any Error))
    }
}
