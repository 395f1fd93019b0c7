/// A streaming handler under way, seen from where its answer goes: each look for bytes lets the handler run.
final class StreamedAnswer {
    private let stream: ResponseStream
    private let operation: RunningOperation<Result<[UInt8], ErrorReport>>
    private let executor: InvocationExecutor

    init(
        _ stream: ResponseStream, from operation: RunningOperation<Result<[UInt8], ErrorReport>>,
        on executor: InvocationExecutor
    ) {
        self.stream = stream
        self.operation = operation
        self.executor = executor
    }

    /// Waits for bytes or the handler's end. The report of a handler that failed before it wrote anything.
    func failureBeforeFirstByte() -> ErrorReport? {
        waitForBytes()
        return stream.hasBytes ? nil : failure
    }

    /// Waits for bytes and takes what is there; nil when the handler has ended.
    func nextChunk() -> [UInt8]? {
        waitForBytes()
        return stream.take()
    }

    /// Why the handler ended halfway; nil where it did not, or is not at its end yet.
    var failure: ErrorReport? {
        if case .failure(let report) = operation.value { report } else { nil }
    }

    /// Waits for the handler's end; what it still writes goes nowhere.
    func abandon() {
        stream.close()
        _ = executor.finish(operation)
    }

    private func waitForBytes() {
        executor.run { stream.hasBytes || operation.value != nil }
    }
}
