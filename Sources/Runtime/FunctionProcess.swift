import FoundationEssentials
import Glibc
import HTTP

/// A function's process: the loop against the Runtime API, or one run on an event where there is no such API.
struct FunctionProcess<Handler: LambdaHandler> {
    private let environment: LambdaEnvironment

    init(variables: [String: String] = ProcessInfo.processInfo.environment) {
        environment = LambdaEnvironment(
            variables: variables, logger: LambdaEnvironment.logger(variables: variables))
    }

    func run() -> Never {
        // A peer that closes its connection is an error of the call, not the process's end.
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

    /// What its `init` throws is reported as the initialisation's error, and thrown.
    func handler(reportingTo api: RuntimeAPIClient) throws -> Handler {
        do {
            return try Handler(environment: environment)
        } catch {
            try? api.reportInitialisation(ErrorReport(thrown: error))
            throw error
        }
    }
}

/// Ends the process as it is: other threads may be in the middle of something, which what `exit` runs would pull from under
/// them.
private func end(_ code: Int32) -> Never {
    fflush(nil)
    _exit(code)
}
