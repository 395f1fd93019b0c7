// SPDX-License-Identifier: Apache-2.0

/// An environment variable that a function reads, for its `--help`.
package struct FunctionSetting: Sendable {
    let name: String
    let text: String

    package init(_ name: String, _ text: String, default value: String? = nil) {
        self.name = name
        self.text = value.map { "\(text) (default: \($0))" } ?? text
    }

    static let ofRuntime = [
        FunctionSetting("AWS_LAMBDA_LOG_FORMAT", "JSON or Text", default: "JSON"),
        FunctionSetting("AWS_LAMBDA_LOG_LEVEL", "TRACE, DEBUG, INFO, WARN, ERROR or FATAL", default: "INFO"),
    ]

    /// One line for each setting, with aligned texts.
    static func lines(_ settings: [FunctionSetting]) -> String {
        let width = settings.map(\.name.count).max() ?? 0
        return settings.map { "  \($0.name)\(String(repeating: " ", count: width - $0.name.count))  \($0.text)" }
            .joined(separator: "\n")
    }
}
