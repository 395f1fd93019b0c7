// SPDX-License-Identifier: Apache-2.0

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
        "An error is reported by its class, or by its name if it has no class",
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

    @Test(
        "A text is cut between scalars and keeps all that fit",
        arguments: [
            ("abcdef", 3, "abc"), ("abcdef", 6, nil), ("aü€🩻z", 1, "a"), ("aü€🩻z", 2, "a"), ("aü€🩻z", 3, "aü"),
            ("aü€🩻z", 5, "aü"), ("aü€🩻z", 6, "aü€"), ("aü€🩻z", 9, "aü€"), ("aü€🩻z", 10, "aü€🩻"), ("🩻🩻", 3, ""),
            ("e\u{301}e\u{301}", 1, "e"), ("e\u{301}e\u{301}", 4, "e\u{301}e"), ("\r\n\r\n", 1, "\r"), ("abc", 0, ""),
        ] as [(String, Int, String?)])
    func cut(_ text: String, _ maximum: Int, _ kept: String?) {
        let expected = kept.map { "\($0)… (\(text.utf8.count - $0.utf8.count) bytes more)" } ?? text
        #expect(Array(text.cut(toBytes: maximum).utf8) == Array(expected.utf8))
    }
}
