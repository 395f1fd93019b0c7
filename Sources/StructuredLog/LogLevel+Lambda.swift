// SPDX-License-Identifier: Apache-2.0

import Logging

extension Logger.Level {
    /// Lambda's names (`TRACE`, `DEBUG`, `INFO`, `WARN`, `ERROR`, `FATAL`) and other common names, in any case.
    package init?(lambdaName: String) {
        switch lambdaName.uppercased() {
        case "TRACE": self = .trace
        case "DEBUG": self = .debug
        case "INFO", "NOTICE": self = .info
        case "WARN", "WARNING": self = .warning
        case "ERROR": self = .error
        case "FATAL", "CRITICAL": self = .critical
        default: return nil
        }
    }

    package var lambdaName: String {
        switch self {
        case .trace: "TRACE"
        case .debug: "DEBUG"
        case .info, .notice: "INFO"
        case .warning: "WARN"
        case .error: "ERROR"
        case .critical: "FATAL"
        }
    }
}
