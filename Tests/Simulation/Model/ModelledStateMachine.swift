// SPDX-License-Identifier: Apache-2.0

import ImportIntake
import ImportPipeline

/// Step Functions: each execution has a name of its own. While an execution runs, starting it again with the same input
/// succeeds and does nothing.
final class ModelledStateMachine {
    struct Execution {
        let request: ImportRequest
        let end: Duration
    }

    private let scheduler: Scheduler
    private(set) var executions: [String: Execution] = [:]
    /// Called when a new execution has started, with its name.
    var onStart: (ImportRequest, String) -> Void = { _, _ in }
    /// Called when something happens that must not happen.
    var onViolation: (String) -> Void = { _ in }

    init(scheduler: Scheduler) {
        self.scheduler = scheduler
    }

    func start(_ request: ImportRequest, name: String) -> ExecutionStart {
        guard let execution = executions[name] else {
            let end = scheduler.time + scheduler.duration(from: .seconds(1), to: .seconds(600))
            executions[name] = Execution(request: request, end: end)
            onStart(request, name)
            return .started
        }
        if execution.request != request { onViolation("one import was started with two inputs: \(name)") }
        return hasEnded(execution) ? .alreadyStarted : .started
    }

    func state(of name: String) -> ExecutionState {
        executions[name].map { hasEnded($0) ? .imported : .running } ?? .incomplete
    }

    func hasEnded(_ execution: Execution) -> Bool { scheduler.time >= execution.end }
}
