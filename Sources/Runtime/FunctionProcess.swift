import FoundationEssentials
import Glibc
import HTTP

/// A function's process: the loops against the Runtime API, or one run on an event where there is no such API.
struct FunctionProcess<Function: LambdaFunction> {
    private let environment: LambdaEnvironment

    init(variables: [String: String] = ProcessInfo.processInfo.environment) {
        environment = LambdaEnvironment(
            variables: variables, logger: LambdaEnvironment.logger(variables: variables))
    }

    func run<Dispatcher: InvocationDispatcher>(_ dispatcher: (Function) -> Dispatcher) -> Never {
        // A peer that closes its connection is an error of the call, not the process's end.
        signal(SIGPIPE, SIG_IGN)
        guard let address = environment.variables["AWS_LAMBDA_RUNTIME_API"] else {
            let invocation = LocalInvocation(
                arguments: CommandLine.arguments, environment: environment, settings: Function.settings)
            end(invocation.run { dispatcher(try Function(environment: environment)) })
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
        do {
            let api = RuntimeAPIClient(address: address, logger: environment.logger)
            let function = try Initialisation<Function>(environment: environment, api: api).run()
            serve(dispatcher(function), api: api, address: address)
        } catch {
            environment.logger.critical("the function cannot start", error: error)
            end(1)
        }
    }

    /// As many loops as Lambda asks for, the first of them on the main thread. The process ends with the first that ends.
    private func serve(_ dispatcher: some InvocationDispatcher, api: RuntimeAPIClient, address: String) -> Never {
        let count = environment.maximumConcurrency
        let deadlines = DeadlineWatchdog()
        let logger = environment.logger
        for _ in 1..<count {
            DetachedThread.start {
                let loop = InvocationLoop(
                    api: RuntimeAPIClient(address: address, logger: logger), dispatcher: dispatcher,
                    deadlines: deadlines, traceVariable: nil, logger: logger)
                end(loop.run())
            }
        }
        let loop = InvocationLoop(
            api: api, dispatcher: dispatcher, deadlines: deadlines, traceVariable: count == 1 ? TraceVariable() : nil,
            logger: logger)
        end(loop.run())
    }
}

/// Ends the process as it is: other threads may be in the middle of something, which what `exit` runs would pull from under
/// them.
private func end(_ code: Int32) -> Never {
    fflush(nil)
    _exit(code)
}
