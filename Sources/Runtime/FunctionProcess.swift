import FoundationEssentials
import Glibc

/// A function's process: the loop against the Runtime API, or one run on an event where there is no such API.
struct FunctionProcess<Handler: LambdaHandler> {
    private let environment: LambdaEnvironment

    init(variables: [String: String] = ProcessInfo.processInfo.environment) {
        environment = LambdaEnvironment(
            variables: variables, logger: LambdaEnvironment.logger(variables: variables))
    }

    /// Does not return.
    func run() async {
        if let address = environment.variables["AWS_LAMBDA_RUNTIME_API"] {
            exit(await loop(RuntimeAPIClient(address: address, logger: environment.logger)))
        }
        let invocation = LocalInvocation(arguments: CommandLine.arguments, environment: environment)
        exit(await invocation.run(Handler.self))
    }

    /// The process's exit code: Lambda starts a new process when this one ends.
    private func loop(_ api: RuntimeAPIClient) async -> Int32 {
        let dispatcher: EventDispatcher<Handler>
        do {
            dispatcher = EventDispatcher(handler: try Handler(environment: environment))
        } catch {
            environment.logger.critical("the function cannot start", error: error)
            try? api.reportInitialisation(ErrorReport(thrown: error))
            return 1
        }
        do {
            while true {
                let invocation = try api.next()
                // Where AWS's SDKs and X-Ray look for it.
                if let traceID = invocation.context.traceID { setenv("_X_AMZN_TRACE_ID", traceID, 1) }
                switch await dispatcher.dispatch(invocation.event, context: invocation.context) {
                case .success(let output): try api.respond(to: invocation, with: output)
                case .failure(let failure): try api.report(failure.report, of: invocation)
                }
            }
        } catch {
            environment.logger.critical("the invocation loop ends", error: error)
            return 1
        }
    }
}
