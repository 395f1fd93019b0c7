// SPDX-License-Identifier: Apache-2.0

import AWS
import AWSManagement
import Foundation
import HTTP
import LoopbackHTTP
import Testing

@Suite("Operations that only people call")
struct ManagementClientsTests {
    private static func body(_ server: LoopbackHTTPServer, _ index: Int = 0) throws -> NSDictionary? {
        let request = try #require(server.requests.dropFirst(index).first)
        return try JSONSerialization.jsonObject(with: Data(request.body)) as? NSDictionary
    }

    @Test("A stack's outputs and parameters are read; their values are unescaped")
    func describeStacks() async throws {
        let answer = """
            <DescribeStacksResponse><DescribeStacksResult><Stacks><member><StackName>s</StackName><Outputs>
            <member><OutputKey>TableName</OutputKey><OutputValue>a&amp;b</OutputValue></member>
            <member><Description>d</Description><OutputKey>B</OutputKey><OutputValue>c</OutputValue></member></Outputs>
            <Parameters><member><ParameterKey>RecoveryMinutes</ParameterKey><ParameterValue>7</ParameterValue></member>
            </Parameters></member></Stacks></DescribeStacksResult></DescribeStacksResponse>
            """
        try await LoopbackHTTPServer.serve(.status(200, answer)) { server, url, http in
            let client = CloudFormationClient(client: try .loopback(url, http: http))
            let stack = try await client.describeStack(name: "a stack")
            #expect(stack == .init(outputs: ["TableName": "a&b", "B": "c"], parameters: ["RecoveryMinutes": "7"]))
            let request = try #require(server.requests.first)
            #expect(
                String(decoding: request.body, as: UTF8.self)
                    == "Action=DescribeStacks&Version=2010-05-15&StackName=a%20stack")
            #expect(request.headers["Content-Type"] == "application/x-www-form-urlencoded; charset=utf-8")
        }
    }

    @Test("A stack that does not exist is an error with CloudFormation's code")
    func noStack() async throws {
        let answer = "<ErrorResponse><Error><Code>ValidationError</Code><Message>no s</Message></Error></ErrorResponse>"
        try await LoopbackHTTPServer.serve(.status(400, answer)) { _, url, http in
            let client = CloudFormationClient(client: try .loopback(url, http: http))
            let error = await #expect(throws: AWSServiceError.self) { try await client.describeStack(name: "s") }
            #expect(error?.code == "ValidationError" && error?.message == "no s")
        }
    }

    @Test("Executions are listed page by page, until one is older than asked for")
    func listExecutions() async throws {
        func page(_ name: String, _ start: Int, next: String?) -> LoopbackHTTPServer.Reply {
            let token = next.map { #","nextToken":"\#($0)""# } ?? ""
            return .status(
                200,
                #"{"executions":[{"name":"\#(name)","status":"FAILED","startDate":\#(start).5,"stopDate":\#(start + 1)},"#
                    + #"{"name":"odd","status":"NEW","startDate":1}]\#(token)}"#)
        }
        let pages = [page("a", 900, next: "t1"), page("b", 400, next: "t2"), page("c", 300, next: nil)]
        try await LoopbackHTTPServer.serve(pages[0], pages[1], pages[2]) { server, url, http in
            let client = StepFunctionsClient(client: try .loopback(url, http: http))
            let found = try await client.listExecutions(
                stateMachineARN: "arn", status: .failed, since: Date(timeIntervalSince1970: 500), maximumPages: 9)
            #expect(found.elements.map(\.name) == ["a", "b"] && found.isComplete)
            #expect(found.elements[0].stopDate == Date(timeIntervalSince1970: 901))
            #expect(try Self.body(server) == ["stateMachineArn": "arn", "statusFilter": "FAILED", "maxResults": 1_000])
            #expect(
                try Self.body(server, 1) == [
                    "stateMachineArn": "arn", "statusFilter": "FAILED", "maxResults": 1_000, "nextToken": "t1",
                ])
            #expect(server.requests[0].headers["X-Amz-Target"] == "AWSStepFunctions.ListExecutions")
        }
    }

    @Test("No more pages are read than allowed, and a token that stays the same ends them")
    func bounds() async throws {
        let page = LoopbackHTTPServer.Reply.status(200, #"{"executions":[],"nextToken":"same"}"#)
        try await LoopbackHTTPServer.serve(page, page, page) { server, url, http in
            let client = StepFunctionsClient(client: try .loopback(url, http: http))
            let one = try await client.listExecutions(stateMachineARN: "arn", status: nil, maximumPages: 1)
            #expect(!one.isComplete && server.requests.count == 1)
            let stuck = try await client.listExecutions(stateMachineARN: "arn", status: nil, maximumPages: 9)
            #expect(!stuck.isComplete && server.requests.count == 3)
        }
    }

    @Test("An execution that Step Functions does not know is nil")
    func describeExecution() async throws {
        let known = #"{"name":"n","status":"RUNNING","startDate":1,"input":"{}"}"#
        let unknown = #"{"__type":"ExecutionDoesNotExist","message":"m"}"#
        try await LoopbackHTTPServer.serve(.status(200, known), .status(400, unknown)) { server, url, http in
            let client = StepFunctionsClient(client: try .loopback(url, http: http))
            let execution = try await client.describeExecution(executionARN: "arn:e")
            #expect(execution?.execution.status == .running && execution?.input == "{}")
            let missing = try await client.describeExecution(executionARN: "arn:e")
            #expect(missing == nil)
            #expect(try Self.body(server) == ["executionArn": "arn:e"])
        }
    }

    @Test("A table is scanned page by page with the condition")
    func scan() async throws {
        let pages = [
            #"{"Items":[{"a":{"S":"1"}}],"LastEvaluatedKey":{"jobId":{"S":"k"}}}"#, #"{"Items":[{"a":{"S":"2"}}]}"#,
        ].map { LoopbackHTTPServer.Reply.status(200, $0) }
        try await LoopbackHTTPServer.serve(pages[0], pages[1]) { server, url, http in
            let client = DynamoDBClient(client: try .loopback(url, http: http))
            let found = try await client.scan(
                table: "t", where: .init("#a = :a", names: ["#a": "a"], values: [":a": "x"]), maximumPages: 9)
            #expect(found.elements.map { $0["a"]?.text } == ["1", "2"] && found.isComplete)
            let expected: NSDictionary = [
                "TableName": "t", "FilterExpression": "#a = :a", "ExpressionAttributeNames": ["#a": "a"],
                "ExpressionAttributeValues": [":a": ["S": "x"]], "ExclusiveStartKey": ["jobId": ["S": "k"]],
            ]
            #expect(try Self.body(server, 1) == expected)
        }
    }

    @Test("An index is queried by its partition key")
    func query() async throws {
        try await LoopbackHTTPServer.serve(.status(200, #"{"Items":[]}"#)) { server, url, http in
            let client = DynamoDBClient(client: try .loopback(url, http: http))
            _ = try await client.query(table: "t", index: "studies", key: ("k", "v"), maximumPages: 1)
            let expected: NSDictionary = [
                "TableName": "t", "IndexName": "studies", "KeyConditionExpression": "#key = :key",
                "ExpressionAttributeNames": ["#key": "k"], "ExpressionAttributeValues": [":key": ["S": "v"]],
            ]
            #expect(try Self.body(server) == expected)
        }
    }

    @Test("An update says whether the item met its condition")
    func update() async throws {
        let failed = LoopbackHTTPServer.Reply.status(400, #"{"__type":"x#ConditionalCheckFailedException"}"#)
        try await LoopbackHTTPServer.serve(.status(200, "{}"), failed) { server, url, http in
            let client = DynamoDBClient(client: try .loopback(url, http: http))
            var answers: [Bool] = []
            for _ in 0..<2 {
                answers.append(
                    try await client.updateItem(
                        table: "t", key: ("jobId", "j"), setting: "SET #r = :r",
                        if: .init("#e = :e", names: ["#r": "r", "#e": "e"], values: [":r": "1", ":e": "2"])))
            }
            #expect(answers == [true, false])
            let expected: NSDictionary = [
                "TableName": "t", "Key": ["jobId": ["S": "j"]], "UpdateExpression": "SET #r = :r",
                "ConditionExpression": "#e = :e", "ExpressionAttributeNames": ["#r": "r", "#e": "e"],
                "ExpressionAttributeValues": [":r": ["S": "1"], ":e": ["S": "2"]],
            ]
            #expect(try Self.body(server) == expected)
        }
    }

    @Test("A queue's messages are counted, received, sent and deleted")
    func queue() async throws {
        let counts = #"{"Attributes":{"ApproximateNumberOfMessages":"3","ApproximateNumberOfMessagesNotVisible":"1"}}"#
        let messages = #"{"Messages":[{"ReceiptHandle":"r","Body":"b","MessageId":"m"}]}"#
        try await LoopbackHTTPServer.serve(
            .status(200, counts), .status(200, messages), .status(200, "{}"), .status(200, #"{"MessageId":"m"}"#),
            .status(200, "")
        ) { server, url, http in
            let client = SQSClient(client: try .loopback(url, http: http))
            #expect(try await client.counts(queueURL: "q") == .init(waiting: 3, inFlight: 1))
            let received = try await client.receiveMessages(queueURL: "q", hiddenFor: 120, waiting: 2)
            #expect(received == [.init(receiptHandle: "r", body: "b")])
            #expect(try await client.receiveMessages(queueURL: "q", hiddenFor: 120, waiting: 2).isEmpty)
            try await client.sendMessage(queueURL: "q", body: "b")
            try await client.deleteMessage(queueURL: "q", receiptHandle: "r")
            #expect(
                server.requests.map { $0.headers["X-Amz-Target"] } == [
                    "AmazonSQS.GetQueueAttributes", "AmazonSQS.ReceiveMessage", "AmazonSQS.ReceiveMessage",
                    "AmazonSQS.SendMessage", "AmazonSQS.DeleteMessage",
                ])
            let expected: NSDictionary = [
                "QueueUrl": "q", "MaxNumberOfMessages": 10, "VisibilityTimeout": 120, "WaitTimeSeconds": 2,
            ]
            #expect(try Self.body(server, 1) == expected)
        }
    }

    @Test("Events of a log group are read page by page; times are milliseconds")
    func filterLogEvents() async throws {
        let pages = [
            #"{"events":[{"eventId":"1","timestamp":1500,"message":"a"}],"nextToken":"t"}"#, #"{"events":[]}"#,
        ].map { LoopbackHTTPServer.Reply.status(200, $0) }
        try await LoopbackHTTPServer.serve(pages[0], pages[1]) { server, url, http in
            let client = LogsClient(client: try .loopback(url, http: http))
            let found = try await client.filterLogEvents(
                logGroup: "g", from: Date(timeIntervalSince1970: 1), pattern: #""x""#, maximumPages: 5)
            #expect(found.elements.map(\.timestamp) == [1_500] && found.isComplete)
            let expected: NSDictionary = [
                "logGroupName": "g", "startTime": 1_000, "filterPattern": #""x""#, "nextToken": "t",
            ]
            #expect(try Self.body(server, 1) == expected)
            #expect(server.requests[0].headers["X-Amz-Target"] == "Logs_20140328.FilterLogEvents")
            #expect(server.requests[0].headers["Content-Type"] == "application/x-amz-json-1.1")
        }
    }
}
