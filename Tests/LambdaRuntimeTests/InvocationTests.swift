import FoundationEssentials
import HTTP
import Logging
import Testing

@testable import LambdaRuntime

@Suite struct InvocationTests {
    private let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    private let headers: HTTPHeaders = [
        "Lambda-Runtime-Aws-Request-Id": "8476a536-e9f4-11e8-9739-2dfe598c3fcd",
        "Lambda-Runtime-Deadline-Ms": "1795564352604",
        "Lambda-Runtime-Invoked-Function-Arn": "arn:aws:lambda:us-east-2:123456789012:function:TriggerImport",
        "Lambda-Runtime-Trace-Id": "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Sampled=1",
        "lambda-runtime-invocation-id": "invocation",
    ]

    @Test("Every header of /next reaches the handler's context")
    func context() throws {
        let invocation = try Invocation(HTTPResponse(status: 200, headers: headers, body: [1]), logger: logger)
        let context = invocation.context
        #expect(context.requestID == "8476a536-e9f4-11e8-9739-2dfe598c3fcd")
        #expect(context.traceID?.hasPrefix("Root=1-") == true)
        #expect(context.invokedFunctionARN?.hasSuffix(":TriggerImport") == true)
        #expect(context.clientContext == nil)
        #expect(invocation.invocationID == "invocation")
        let twoSecondsBefore = Date(timeIntervalSince1970: 1_795_564_350.604)
        #expect(abs(context.remainingTime(at: twoSecondsBefore) / .milliseconds(1) - 2000) < 1)
        #expect(context.remainingTime(at: Date(timeIntervalSince1970: 1_900_000_000)) == .zero)
    }

    @Test(
        "/next without what an answer needs is an error",
        arguments: ["Lambda-Runtime-Aws-Request-Id", "Lambda-Runtime-Deadline-Ms"])
    func missingHeader(name: String) {
        var headers = headers
        headers[name] = nil
        #expect(throws: RuntimeAPIError.headerMissing(name)) {
            try Invocation(HTTPResponse(status: 200, headers: headers), logger: logger)
        }
    }

    @Test("A variable that is missing or empty is named")
    func missingVariable() {
        let environment = LambdaEnvironment(variables: ["EMPTY": ""], logger: logger)
        #expect(throws: MissingVariable(name: "EMPTY")) { try environment.required("EMPTY") }
        #expect(throws: MissingVariable(name: "TABLE_NAME")) { try environment.required("TABLE_NAME") }
    }
}
