/// Makes the function's value and, under SnapStart, sees it through the snapshot. What fails is reported to the Runtime API
/// and thrown.
struct Initialisation<Function: LambdaFunction> {
    let environment: LambdaEnvironment
    let api: RuntimeAPIClient

    func run() throws -> Function {
        let function: Function
        do {
            function = try Function(environment: environment)
        } catch {
            try? api.reportInitialisation(ErrorReport(thrown: error))
            throw error
        }
        guard environment.variables["AWS_LAMBDA_INITIALIZATION_TYPE"] == "snap-start" else { return function }

        if let error = failure(of: { try await function.prepareForSnapshot() }) {
            try? api.reportInitialisation(ErrorReport(hook: "BeforeSnapshotError", error))
            throw error
        }
        try api.waitForRestore()
        if let error = failure(of: { try await function.restoreFromSnapshot() }) {
            try? api.reportRestore(ErrorReport(hook: "AfterRestoreError", error))
            throw error
        }
        return function
    }

    private func failure(of hook: @escaping @Sendable () async throws -> Void) -> (any Error)? {
        let executor = InvocationExecutor()
        return executor.finish(
            executor.start {
                do {
                    try await hook()
                    return nil
                } catch {
                    return error
                }
            })
    }
}
