import StructuredLog
import Testing

@testable import LambdaRuntime

@Suite("ErrorReport")
struct ErrorReportTests {
    private struct Answered: NamedError, CustomStringConvertible {
        let errorClass: ErrorClass?
        let errorName = "ThrottlingException"
        let description = "not now"
    }

    @Test(
        "An error is reported as what can be done about it, or by its name",
        arguments: [
            (ErrorClass.busy, "Function.Busy", "ThrottlingException: not now"),
            (.transient, "Function.Transient", "ThrottlingException: not now"),
            (.permanent, "Function.Permanent", "ThrottlingException: not now"),
            (nil, "Function.ThrottlingException", "not now"),
        ] as [(ErrorClass?, String, String)])
    func classes(_ errorClass: ErrorClass?, _ type: String, _ message: String) {
        let report = ErrorReport(thrown: Answered(errorClass: errorClass))
        #expect(report.errorType == type)
        #expect(report.errorMessage == message)
    }
}
