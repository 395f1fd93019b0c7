// SPDX-License-Identifier: Apache-2.0

import HTTP
import Synchronization
import TestLog

@testable import LambdaRuntime

/// Runs the invocation loop to its end with a Runtime API that the test controls.
struct LoopRun {
    let exitCode: Int32
    let calls: [RuntimeAPIServer.Call]
    let log: [String]

    /// All calls except `/next`.
    var answers: [RuntimeAPIServer.Call] { calls.filter { $0.path != "/invocation/next" } }
    var nextCount: Int { calls.count - answers.count }

    /// Serves the replies in `next` in order, then a 500, at which the loop ends. `reply` gives the replies to answers.
    /// `tracing` sets the process's environment variable, so only one test may use it.
    init(
        _ dispatcher: InvocationDispatcher<some LambdaHandler>, next: [RuntimeAPIServer.Reply], tracing: Bool = false,
        refusingBodiesAbove maximumBodyBytes: Int = .max,
        reply: @escaping @Sendable (RuntimeAPIServer.Call) -> RuntimeAPIServer.Reply = { _ in .accepted }
    ) async {
        let handedOut = Mutex(0)
        let server = RuntimeAPIServer(maximumBodyBytes: maximumBodyBytes) { call in
            guard call.path == "/invocation/next" else { return reply(call) }
            let index = handedOut.withLock { count in
                count += 1
                return count - 1
            }
            return index < next.count ? next[index] : .status(500)
        }
        defer { server.stop() }
        let log = RecordedLog()
        exitCode = await withCheckedContinuation { continuation in
            DetachedThread.start {
                let loop = InvocationLoop(
                    api: RuntimeAPIClient(
                        address: server.address, logger: log.logger, retries: .init(firstDelayMilliseconds: 1)),
                    dispatcher: dispatcher, deadlines: DeadlineWatchdog(),
                    traceVariable: tracing ? TraceVariable() : nil, logger: log.logger)
                continuation.resume(returning: loop.run())
            }
        }
        calls = server.calls
        self.log = log.lines
    }
}
