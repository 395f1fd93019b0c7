// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import Glibc
import HTTP

/// The process of a function. It runs the invocation loop with the Runtime API or, if there is no such API, handles one
/// event.
struct FunctionProcess<Handler: LambdaHandler> {
    private let environment: LambdaEnvironment

    init(variables: [String: String] = ProcessInfo.processInfo.environment) {
        environment = LambdaEnvironment(
            variables: variables, logger: LambdaEnvironment.logger(variables: variables))
    }

    func run() -> Never {
        // Writing to a closed connection must be an error of the call and not end the process.
        signal(SIGPIPE, SIG_IGN)
        guard let address = environment.variables["AWS_LAMBDA_RUNTIME_API"] else {
            let invocation = LocalInvocation(
                arguments: CommandLine.arguments, environment: environment, settings: Handler.settings)
            end(invocation.run { InvocationDispatcher(handler: try Handler(environment: environment)) })
        }
        guard RuntimeAPIClient.isAddress(address) else {
            environment.logger.critical(
                "AWS_LAMBDA_RUNTIME_API is not a host and a port",
                metadata: ["value": "\(address)", "expected": "127.0.0.1:9001"])
            end(1)
        }
        Termination.catchSignal()
        environment.logger.info(
            "function starting", metadata: ["libcurl": "\(LibcurlVersion.libcurl)", "tls": "\(LibcurlVersion.tls)"])
        let api = RuntimeAPIClient(address: address, logger: environment.logger)
        do {
            let loop = InvocationLoop(
                api: api, dispatcher: InvocationDispatcher(handler: try handler(reportingTo: api)),
                deadlines: DeadlineWatchdog(), traceVariable: TraceVariable(), logger: environment.logger)
            end(loop.run())
        } catch {
            environment.logger.critical("the function cannot start", error: error)
            end(1)
        }
    }

    /// Makes the handler. An error of its `init` is reported to the Runtime API as an initialisation error and thrown
    /// again.
    func handler(reportingTo api: RuntimeAPIClient) throws -> Handler {
        do {
            return try Handler(environment: environment)
        } catch {
            try? api.reportInitialisation(ErrorReport(thrown: error))
            throw error
        }
    }
}

/// Ends the process without exit handlers, which could free memory that other threads still use.
private func end(_ code: Int32) -> Never {
    fflush(nil)
    _exit(code)
}
