import ImportIntake
import ImportPipeline

/// Step Functions: an execution's name is used once. While it runs, whoever starts it again with the same input is told that it was
/// started.
final class ModelledStateMachine {
    struct Execution {
        let request: ImportRequest
        let end: Duration
    }

    private let scheduler: Scheduler
    private(set) var executions: [String: Execution] = [:]
    /// Of a new execution, by its name.
    var onStart: (ImportRequest, String) -> Void = { _, _ in }
    /// What must not happen.
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
        return scheduler.time < execution.end ? .started : .alreadyStarted
    }
}
