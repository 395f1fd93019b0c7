// SPDX-License-Identifier: Apache-2.0

/// The format of log lines. The names are those of Lambda's `AWS_LAMBDA_LOG_FORMAT`.
package enum LogFormat: String, CaseIterable, Sendable {
    case text = "Text"
    case json = "JSON"
}
