import Logging
import StructuredLog

/// What a function is given for its whole life: its variables and its log.
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

    /// The function's metrics, if `METRICS_NAMESPACE` says where they go; `METRICS_SERVICE` is what they are told apart by.
    package var metrics: EmbeddedMetrics? {
        EmbeddedMetrics(
            namespace: variables["METRICS_NAMESPACE"], dimensions: ["Service": variables["METRICS_SERVICE"] ?? "local"])
    }

    /// The log as `AWS_LAMBDA_LOG_FORMAT` and `AWS_LAMBDA_LOG_LEVEL` ask for it; JSON at INFO without them.
    static func logger(variables: [String: String]) -> Logger {
        let format = variables["AWS_LAMBDA_LOG_FORMAT"].flatMap(LogFormat.init) ?? .json
        let level = variables["AWS_LAMBDA_LOG_LEVEL"].flatMap(Logger.Level.init(lambdaName:)) ?? .info
        let label = variables["AWS_LAMBDA_FUNCTION_NAME"] ?? "lambda"
        return Logger(label: label) { _ in StructuredLogHandler(format: format, logLevel: level) }
    }
}
