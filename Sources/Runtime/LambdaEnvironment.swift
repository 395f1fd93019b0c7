// SPDX-License-Identifier: Apache-2.0

import Logging
import StructuredLog

/// The environment variables and the log of a function.
package struct LambdaEnvironment: Sendable {
    package let variables: [String: String]
    package let logger: Logger

    package init(variables: [String: String], logger: Logger) {
        self.variables = variables
        self.logger = logger
    }

    package func required(_ name: String) throws(MissingVariable) -> String {
        guard let value = variables[name], !value.isEmpty else { throw MissingVariable(name: name) }
        return value
    }

    /// The function's metrics; `nil` if `METRICS_NAMESPACE` is not set. `METRICS_SERVICE` becomes the dimension
    /// `Service`.
    package var metrics: EmbeddedMetrics? {
        EmbeddedMetrics(
            namespace: variables["METRICS_NAMESPACE"], dimensions: ["Service": variables["METRICS_SERVICE"] ?? "local"])
    }

    /// The log with the format and level of `AWS_LAMBDA_LOG_FORMAT` and `AWS_LAMBDA_LOG_LEVEL`; by default JSON and
    /// INFO.
    static func logger(variables: [String: String]) -> Logger {
        let format = variables["AWS_LAMBDA_LOG_FORMAT"].flatMap(LogFormat.init) ?? .json
        let level = variables["AWS_LAMBDA_LOG_LEVEL"].flatMap(Logger.Level.init(lambdaName:)) ?? .info
        let label = variables["AWS_LAMBDA_FUNCTION_NAME"] ?? "lambda"
        return Logger(label: label) { _ in StructuredLogHandler(format: format, logLevel: level) }
    }
}
