// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import Testing

@testable import LambdaRuntime

@Suite("Invocation") struct InvocationTests {
    private let logger = LambdaEnvironment.empty.logger

    @Test("The remaining time is never negative")
    func remainingTime() {
        let deadline = Date(timeIntervalSince1970: 1_795_564_352.604)
        let context = LambdaContext(requestID: "1", deadline: deadline, logger: logger)
        #expect(abs(context.remainingTime(at: deadline - 2) / .milliseconds(1) - 2000) < 1)
        #expect(context.remainingTime(at: deadline + 2) == .zero)
    }

    @Test("The error for a missing or empty variable names it")
    func missingVariable() {
        let environment = LambdaEnvironment(variables: ["EMPTY": ""], logger: logger)
        #expect(throws: MissingVariable(name: "EMPTY")) { try environment.required("EMPTY") }
        #expect(throws: MissingVariable(name: "TABLE_NAME")) { try environment.required("TABLE_NAME") }
    }
}
