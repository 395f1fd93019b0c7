import Logging
import Synchronization
import TestLog
import Testing

@testable import LambdaRuntime

/// Fails where the variable FAIL says so, and logs where it is.
private struct Hooked: LambdaHandler {
    struct Failure: Error {}

    let environment: LambdaEnvironment

    init(environment: LambdaEnvironment) throws {
        self.environment = environment
        try reached("init")
    }

    func prepareForSnapshot() async throws { try reached("prepare") }
    func restoreFromSnapshot() async throws { try reached("restore") }
    func handle(_ event: String, context: LambdaContext) async throws -> String { event }

    private func reached(_ place: String) throws {
        environment.logger.info("reached \(place)")
        if environment.variables["FAIL"] == place { throw Failure() }
    }
}

@Suite("A function's start", .timeLimit(.minutes(1)))
struct InitialisationTests {
    private func start(
        _ variables: [String: String], reply: RuntimeAPIServer.Reply = .status(200)
    ) -> (error: (any Error)?, calls: [RuntimeAPIServer.Call], places: [String]) {
        let server = RuntimeAPIServer { _ in reply }
        defer { server.stop() }
        let log = RecordedLog()
        let environment = LambdaEnvironment(variables: variables, logger: log.logger)
        let api = RuntimeAPIClient(
            address: server.address, logger: log.logger, retries: .init(firstDelayMilliseconds: 1))
        let result = Result { try Initialisation<Hooked>(environment: environment, api: api).run() }
        var error: (any Error)?
        if case .failure(let thrown) = result { error = thrown }
        let places = ["init", "prepare", "restore"].filter { place in
            log.lines.contains { $0.contains("reached \(place)") }
        }
        return (error, server.calls, places)
    }

    private let snapStart = ["AWS_LAMBDA_INITIALIZATION_TYPE": "snap-start"]

    @Test("Without SnapStart no hook is called and nothing is asked")
    func onDemand() {
        let started = start(["AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand"])
        #expect(started.error == nil)
        #expect(started.calls == [])
        #expect(started.places == ["init"])
    }

    @Test("What throws in init is the initialisation's error")
    func failure() throws {
        let started = start(["FAIL": "init"])
        #expect(started.error is Hooked.Failure)
        #expect(started.calls.map(\.path) == ["/init/error"])
        #expect(started.calls.first?.headers["lambda-runtime-function-error-type"] == "Function.Failure")
        #expect(try Report(try #require(started.calls.first)).errorType == "Function.Failure")
    }

    @Test("With SnapStart the hooks are called before and after the snapshot")
    func snapshot() {
        let started = start(snapStart)
        #expect(started.error == nil)
        #expect(started.calls.map(\.path) == ["/restore/next"])
        #expect(started.places == ["init", "prepare", "restore"])
    }

    @Test(
        "A hook that fails is reported where it belongs",
        arguments: [
            ("prepare", ["/init/error"], "Runtime.BeforeSnapshotError"),
            ("restore", ["/restore/next", "/restore/error"], "Runtime.AfterRestoreError"),
        ])
    func failingHook(place: String, calls: [String], errorType: String) {
        let started = start(snapStart.merging(["FAIL": place]) { $1 })
        #expect(started.error is Hooked.Failure)
        #expect(started.calls.map(\.path) == calls)
        #expect(started.calls.last?.headers["lambda-runtime-function-error-type"] == errorType)
    }

    @Test("A restore that the platform refuses ends the start")
    func refusedRestore() {
        let started = start(snapStart, reply: .status(403))
        #expect(started.error as? RuntimeAPIError == .unexpectedStatus(call: "/restore/next", status: 403))
        #expect(started.places == ["init", "prepare"])
    }

    @Test("A Runtime API that is not there does not hide why the start failed")
    func unreachable() {
        let started = start(["FAIL": "init"], reply: .hangUp)
        #expect(started.error is Hooked.Failure)
    }
}
