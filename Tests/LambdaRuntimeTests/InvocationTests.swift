import FoundationEssentials
import Testing

@testable import LambdaRuntime

@Suite struct InvocationTests {
    private let logger = LambdaEnvironment.empty.logger

    @Test("What is left of the time is never less than nothing")
    func remainingTime() {
        let deadline = Date(timeIntervalSince1970: 1_795_564_352.604)
        let context = LambdaContext(requestID: "1", deadline: deadline, logger: logger)
        #expect(abs(context.remainingTime(at: deadline - 2) / .milliseconds(1) - 2000) < 1)
        #expect(context.remainingTime(at: deadline + 2) == .zero)
    }

    @Test("A variable that is missing or empty is named")
    func missingVariable() {
        let environment = LambdaEnvironment(variables: ["EMPTY": ""], logger: logger)
        #expect(throws: MissingVariable(name: "EMPTY")) { try environment.required("EMPTY") }
        #expect(throws: MissingVariable(name: "TABLE_NAME")) { try environment.required("TABLE_NAME") }
    }
}
