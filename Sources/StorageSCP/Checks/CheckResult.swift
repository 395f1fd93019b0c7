// SPDX-License-Identifier: Apache-2.0

/// What one check of `--check` found.
package struct CheckResult: Sendable, Equatable {
    package enum Outcome: String, Sendable {
        case ok
        /// The receiver starts, but something is probably not as it was meant.
        case warning
        /// The receiver does not start, or cannot store instances.
        case failed
    }

    package let outcome: Outcome
    /// A setting, or a part of the receiver.
    let subject: String
    let finding: String
    /// How to mend it.
    let remedy: String?

    init(_ outcome: Outcome, _ subject: String, _ finding: String, remedy: String? = nil) {
        self.outcome = outcome
        self.subject = subject
        self.finding = finding
        self.remedy = remedy
    }

    init(_ error: ConfigurationError) {
        self.init(.failed, error.name, "is \"\(error.value)\", expected \(error.expected)")
    }

    init(_ error: TLSLoadingError) {
        self.init(.failed, error.setting, "\(error.place) cannot be used: \(error.reason)")
    }

    /// A check that needs a setting which cannot be used.
    static func notChecked(_ subject: String, because setting: String) -> CheckResult {
        CheckResult(.warning, subject, "not checked: it needs \(setting), which failed")
    }
}

extension CheckResult: CustomStringConvertible {
    /// One line, in columns.
    package var description: String {
        func padded(_ text: String, to width: Int) -> String {
            text + String(repeating: " ", count: max(0, width - text.count))
        }
        let line = "\(padded(outcome.rawValue, to: 7))  \(padded(subject, to: 18))  \(finding)"
        // An error's text may have line breaks.
        return (remedy.map { "\(line). To mend it: \($0)" } ?? line).split(whereSeparator: \.isNewline)
            .joined(separator: " ")
    }
}
