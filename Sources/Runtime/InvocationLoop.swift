import Logging

/// next → handle → answer, again and again, on the thread that calls `run`.
struct InvocationLoop<Handler: LambdaHandler> {
    let api: RuntimeAPIClient
    let dispatcher: InvocationDispatcher<Handler>
    let deadlines: DeadlineWatchdog
    /// Where the trace's id is put for an invocation; nil: nowhere, since it is one place for the whole process.
    let traceVariable: TraceVariable?
    let logger: Logger
    private let executor = InvocationExecutor()

    /// Returns when no further invocation can come, with the process's exit code.
    func run() -> Int32 {
        while true {
            do {
                let invocation = try api.next()
                Termination.beginWork()
                traceVariable?.set(invocation.context.traceID)
                try answer(invocation)
                if Termination.endWork() { return 0 }
            } catch {
                logger.critical("the invocation loop ends", error: error)
                return 1
            }
        }
    }

    private func answer(_ invocation: Invocation) throws(RuntimeAPIError) {
        let operation = executor.start { [dispatcher] in
            await dispatcher.dispatch(invocation.event, context: invocation.context)
        }
        deadlines.watch(invocation.context, cancelling: operation)
        defer { deadlines.end() }
        do {
            switch executor.finish(operation) {
            case .success(let output): try api.respond(to: invocation, with: output)
            case .failure(let report): try api.report(report, of: invocation)
            }
        } catch {
            guard !error.isFinal else { throw error }
            // The next call of /next tells whether the platform is still there.
            invocation.context.logger.error("the answer is lost", error: error)
        }
    }
}
