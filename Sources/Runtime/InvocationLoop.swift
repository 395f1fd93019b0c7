// SPDX-License-Identifier: Apache-2.0

import Logging

/// Takes an invocation, handles it and sends its answer, repeatedly, on the thread that calls `run`.
struct InvocationLoop<Handler: LambdaHandler> {
    let api: RuntimeAPIClient
    let dispatcher: InvocationDispatcher<Handler>
    let deadlines: DeadlineWatchdog
    /// Receives the trace id of each invocation. `nil` where several loops run in one process, which has only one such
    /// variable.
    let traceVariable: TraceVariable?
    let logger: Logger
    private let executor = InvocationExecutor()

    /// Returns the exit code for the process when the loop has ended.
    func run() -> Int32 {
        while true {
            do {
                let invocation = try api.next()
                Termination.beginWork()
                traceVariable?.set(invocation.context.traceID)
                try answer(invocation)
                if Termination.endWork() { return 0 }
            } catch {
                logger.critical("the runtime ends the process with status 1", error: error)
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
            // The next call of /next shows whether the platform is still available.
            invocation.context.logger.error("the answer is lost", error: error)
        }
    }
}
