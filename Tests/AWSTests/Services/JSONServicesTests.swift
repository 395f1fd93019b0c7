// SPDX-License-Identifier: Apache-2.0

import AWS
import Foundation
import LoopbackHTTP
import Testing

@Suite("Services with JSON protocols")
struct JSONServicesTests {
    /// The body of a request as parsed JSON, for comparing it without regard to order.
    static func object(_ body: [UInt8]?) throws -> NSDictionary? {
        try JSONSerialization.jsonObject(with: Data(body ?? [])) as? NSDictionary
    }

    @Test("An execution is started with its name and input")
    func startExecution() async throws {
        try await LoopbackHTTPServer.serve(.status(200, "{}")) { server, url, http in
            let stepFunctions = StepFunctionsClient(client: try .loopback(url, http: http))
            try await stepFunctions.startExecution(stateMachineARN: "arn:x", name: "n", input: #"{"a":"ö"}"#)
            let request = try #require(server.requests.first)
            #expect(request.method == "POST")
            #expect(request.target == "/")
            #expect(request.headers["Content-Type"] == "application/x-amz-json-1.0")
            #expect(request.headers["X-Amz-Target"] == "AWSStepFunctions.StartExecution")
            let body = try Self.object(request.body)
            #expect(body == ["stateMachineArn": "arn:x", "name": "n", "input": #"{"a":"ö"}"#])
        }
    }

    @Test(
        "The status of an execution is read; an undocumented one counts as running, an unknown execution has none",
        arguments: [("SUCCEEDED", .succeeded), ("LATER", .running), (nil, nil)]
            as [(String?, StepFunctionsClient.ExecutionStatus?)])
    func executionStatus(_ text: String?, _ status: StepFunctionsClient.ExecutionStatus?) async throws {
        let reply: LoopbackHTTPServer.Reply =
            text.map { .status(200, #"{"status":"\#($0)","input":"{}"}"#) }
            ?? .status(400, #"{"__type":"ExecutionDoesNotExist","message":"m"}"#)
        try await LoopbackHTTPServer.serve(reply) { server, url, http in
            let client = StepFunctionsClient(client: try .loopback(url, http: http))
            let found = try await client.executionStatus(
                stateMachineARN: "arn:aws:states:r:1:stateMachine:m", name: "n")
            #expect(found == status)
            let request = try #require(server.requests.first)
            #expect(request.headers["X-Amz-Target"] == "AWSStepFunctions.DescribeExecution")
            #expect(try Self.object(request.body) == ["executionArn": "arn:aws:states:r:1:execution:m:n"])
        }
    }

    @Test("A task is completed with its output, or failed with an error and its cause")
    func taskAnswers() async throws {
        try await LoopbackHTTPServer.serve(.status(200, "{}")) { server, url, http in
            let stepFunctions = StepFunctionsClient(client: try .loopback(url, http: http))
            try await stepFunctions.sendTaskSuccess(token: "t", output: #"{"a":1}"#)
            try await stepFunctions.sendTaskFailure(token: "t", error: "E", cause: "c")
            let targets = server.requests.map { $0.headers["X-Amz-Target"] }
            #expect(targets == ["AWSStepFunctions.SendTaskSuccess", "AWSStepFunctions.SendTaskFailure"])
            let bodies = try server.requests.map { try Self.object($0.body) }
            #expect(
                bodies == [["taskToken": "t", "output": #"{"a":1}"#], ["taskToken": "t", "error": "E", "cause": "c"]])
        }
    }

    @Test("A message's visibility timeout is changed by its receipt handle")
    func changeMessageVisibility() async throws {
        try await LoopbackHTTPServer.serve(.status(200, "{}")) { server, url, http in
            let sqs = SQSClient(client: try .loopback(url, http: http))
            try await sqs.changeMessageVisibility(queueURL: "https://q", receiptHandle: "r", seconds: 1)
            let request = try #require(server.requests.first)
            #expect(request.headers["X-Amz-Target"] == "AmazonSQS.ChangeMessageVisibility")
            let body = try Self.object(request.body)
            #expect(body == ["QueueUrl": "https://q", "ReceiptHandle": "r", "VisibilityTimeout": 1])
        }
    }

    @Test("An item is put if it does not exist; an existing item is not an error")
    func putItemIfAbsent() async throws {
        let there = LoopbackHTTPServer.Reply.status(
            400, #"{"__type":"com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException","message":"m"}"#)
        try await LoopbackHTTPServer.serve(.status(200, "{}"), there) { server, url, http in
            let dynamoDB = DynamoDBClient(client: try .loopback(url, http: http))
            var results: [Bool] = []
            for _ in 0..<2 {
                results.append(try await dynamoDB.putItemIfAbsent(table: "t", keyName: "id", item: ["id": "1"]))
            }
            #expect(results == [true, false])
            let request = try #require(server.requests.first)
            #expect(request.headers["X-Amz-Target"] == "DynamoDB_20120810.PutItem")
            let body = try Self.object(request.body)
            #expect(
                body == [
                    "TableName": "t", "Item": ["id": ["S": "1"]],
                    "ConditionExpression": "attribute_not_exists(#key)", "ExpressionAttributeNames": ["#key": "id"],
                ])
        }
    }

    @Test("An item replaces the existing one if the condition holds; otherwise the existing item is returned")
    func putItemConditionally() async throws {
        let code = #""__type":"com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException","message":"m""#
        let item = #"{"id":{"S":"1"},"n":{"N":"5"},"more":{"L":[{"M":{"a":{"S":"b"}}}]}}"#
        let replies: [LoopbackHTTPServer.Reply] = [
            .status(200, "{}"), .status(400, #"{\#(code),"Item":\#(item)}"#), .status(400, "{\(code)}"),
        ]
        try await LoopbackHTTPServer.serve(replies[0], replies[1], replies[2]) { server, url, http in
            let dynamoDB = DynamoDBClient(client: try .loopback(url, http: http))
            var answers: [[String: DynamoDBAttribute]?] = []
            for _ in replies {
                let put = try await dynamoDB.putItem(
                    table: "t", item: ["id": .text("1"), "more": .maps([["a": "b"]])],
                    if: .absent(key: "id").or(.has(["state": "x", "gone": nil])))
                if case .refused(let item) = put { answers.append(item) }
            }
            #expect(answers.count == 2)
            #expect(answers.first == ["id": .text("1"), "n": .other, "more": .maps([["a": "b"]])])
            #expect(answers.last == .some(nil))
            let body = try Self.object(server.requests.first?.body)
            #expect(
                body == [
                    "TableName": "t", "Item": ["id": ["S": "1"], "more": ["L": [["M": ["a": ["S": "b"]]]]]],
                    "ConditionExpression":
                        "attribute_not_exists(#key) OR (attribute_not_exists(#n0) AND #n1 = :v1)",
                    "ExpressionAttributeNames": ["#key": "id", "#n0": "gone", "#n1": "state"],
                    "ExpressionAttributeValues": [":v1": ["S": "x"]],
                    "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
                ])
        }
    }

    @Test("An attribute of an item is read; a missing one is nil", arguments: [#"{"Item":{"a":{"S":"1"}}}"#, "{}"])
    func getAttribute(_ answer: String) async throws {
        try await LoopbackHTTPServer.serve(.status(200, answer)) { server, url, http in
            let dynamoDB = DynamoDBClient(client: try .loopback(url, http: http))
            let value = try await dynamoDB.getAttribute("a", table: "t", key: ("id", "2"))
            #expect(value == (answer == "{}" ? nil : "1"))
            let body = try Self.object(server.requests.first?.body)
            #expect(
                body == [
                    "TableName": "t", "Key": ["id": ["S": "2"]], "ConsistentRead": true,
                    "ProjectionExpression": "#n", "ExpressionAttributeNames": ["#n": "a"],
                ])
        }
    }

    @Test("A whole item is read, with its sets", arguments: [#"{"Item":{"a":{"SS":["1","2"]}}}"#, "{}"])
    func getItem(_ answer: String) async throws {
        try await LoopbackHTTPServer.serve(.status(200, answer)) { server, url, http in
            let dynamoDB = DynamoDBClient(client: try .loopback(url, http: http))
            let item = try await dynamoDB.getItem(table: "t", key: ("id", "2"))
            #expect(item == (answer == "{}" ? nil : ["a": .texts(["1", "2"])]))
            let body = try Self.object(server.requests.first?.body)
            #expect(body == ["TableName": "t", "Key": ["id": ["S": "2"]], "ConsistentRead": true])
        }
    }

    @Test("The first items of an index are queried up to a value")
    func queryIndex() async throws {
        try await LoopbackHTTPServer.serve(.status(200, #"{"Items":[{"a":{"S":"1"}}],"Count":1}"#)) {
            server, url, http in
            let dynamoDB = DynamoDBClient(client: try .loopback(url, http: http))
            let items = try await dynamoDB.queryIndex(
                "due", table: "t", key: ("open", "o"), upTo: ("due", "d"), limit: 3)
            #expect(items == [["a": .text("1")]])
            let body = try Self.object(server.requests.first?.body)
            #expect(
                body == [
                    "TableName": "t", "IndexName": "due", "KeyConditionExpression": "#key = :key AND #sort <= :bound",
                    "ExpressionAttributeNames": ["#key": "open", "#sort": "due"],
                    "ExpressionAttributeValues": [":key": ["S": "o"], ":bound": ["S": "d"]], "Limit": 3,
                ])
        }
    }

    @Test("Attributes are set and removed with placeholders, since any name may be a reserved word")
    func updateItem() async throws {
        try await LoopbackHTTPServer.serve(.status(200, "{}")) { server, url, http in
            let dynamoDB = DynamoDBClient(client: try .loopback(url, http: http))
            try await dynamoDB.updateItem(
                table: "t", key: ("id", "1"), setting: ["status": "done", "count": "2"], removing: [])
            try await dynamoDB.updateItem(
                table: "t", key: ("id", "1"), setting: ["a": "b"], removing: ["name", "size"])
            let body = try Self.object(server.requests.first?.body)
            #expect(
                body == [
                    "TableName": "t", "Key": ["id": ["S": "1"]], "UpdateExpression": "SET #n0 = :v0, #n1 = :v1",
                    "ExpressionAttributeNames": ["#n0": "count", "#n1": "status"],
                    "ExpressionAttributeValues": [":v0": ["S": "2"], ":v1": ["S": "done"]],
                ])
            #expect(
                try Self.object(server.requests.last?.body) == [
                    "TableName": "t", "Key": ["id": ["S": "1"]], "UpdateExpression": "SET #n0 = :v0 REMOVE #r0, #r1",
                    "ExpressionAttributeNames": ["#n0": "a", "#r0": "name", "#r1": "size"],
                    "ExpressionAttributeValues": [":v0": ["S": "b"]],
                ])
        }
    }

    @Test("An import job is started and queried at its paths")
    func importJob() async throws {
        let started = #"{"datastoreId":"d","jobId":"j","jobStatus":"SUBMITTED","submittedAt":1.7954E9}"#
        let properties = """
            {"jobProperties":{"jobId":"j","jobName":"n","jobStatus":"COMPLETED","datastoreId":"d",\
            "dataAccessRoleArn":"r","inputS3Uri":"s3://b/i/","outputS3Uri":"s3://b/o/","endedAt":1795400000.25}}
            """
        try await LoopbackHTTPServer.serve(.status(200, started), .status(200, properties)) { server, url, http in
            let healthImaging = HealthImagingClient(client: try .loopback(url, http: http))
            let job = try await healthImaging.startDICOMImportJob(
                datastoreID: "d",
                HealthImagingClient.StartDICOMImportJob(
                    jobName: "n", dataAccessRoleArn: "r", clientToken: "c", inputS3Uri: "s3://b/i/",
                    outputS3Uri: "s3://b/o/"))
            #expect(job.jobId == "j")
            #expect(job.jobStatus == .submitted)
            #expect(job.submittedAt?.date.timeIntervalSince1970 == 1_795_400_000)
            let found = try await healthImaging.getDICOMImportJob(datastoreID: "d", jobID: "j")
            #expect(found.jobStatus == .completed)
            #expect(found.endedAt?.date.timeIntervalSince1970 == 1_795_400_000.25)
            #expect(found.submittedAt == nil)

            #expect(server.requests.map(\.method) == ["POST", "GET"])
            #expect(
                server.requests.map(\.target)
                    == ["/startDICOMImportJob/datastore/d", "/getDICOMImportJob/datastore/d/job/j"])
            #expect(server.requests.map { $0.headers["Content-Type"] } == ["application/json", nil])
            let body = try Self.object(server.requests.first?.body)
            #expect(
                body == [
                    "jobName": "n", "dataAccessRoleArn": "r", "clientToken": "c", "inputS3Uri": "s3://b/i/",
                    "outputS3Uri": "s3://b/o/",
                ])
        }
    }

    @Test(
        "Unreadable parts of a job's properties are ignored and never make the job a failed one",
        arguments: [
            (
                #"{"jobProperties":{"jobStatus":"COMPLETED","new":{"a":[1]},"endedAt":"soon","outputS3Uri":7}}"#,
                "COMPLETED"
            ),
            (#"{"jobProperties":{"jobStatus":"COMPLETED","submittedAt":1e300,"message":{}}}"#, "COMPLETED"),
            (#"{"jobProperties":{"jobStatus":"INDEXING_FRAMES"}}"#, "INDEXING_FRAMES"),
            (#"{"jobProperties":{"jobStatus":"Doe^John"}}"#, "UNKNOWN"),
            (#"{"jobProperties":{"jobStatus":"\#(String(repeating: "A", count: 33))"}}"#, "UNKNOWN"),
            (#"{"jobProperties":{"jobStatus":5}}"#, "UNKNOWN"), (#"{"jobProperties":{}}"#, "UNKNOWN"),
            ("{}", "UNKNOWN"), ("<html>", "UNKNOWN"), ("", "UNKNOWN"),
        ])
    func unknownAnswer(_ answer: String, _ status: String) async throws {
        try await LoopbackHTTPServer.serve(.status(200, answer)) { _, url, http in
            let healthImaging = HealthImagingClient(client: try .loopback(url, http: http))
            let job = try await healthImaging.getDICOMImportJob(datastoreID: "d", jobID: "j")
            #expect(job.jobStatus.text == status)
            #expect((job.outputS3Uri, job.message) == (nil, nil))
            #expect((job.submittedAt, job.endedAt) == (nil, nil))
        }
    }

    @Test("The response to a started job needs only an id")
    func unknownStart() throws {
        let started = try JSONDecoder().decode(
            HealthImagingClient.StartedJob.self,
            from: Data(#"{"jobId":"j","jobStatus":"QUEUED","submittedAt":"now"}"#.utf8))
        #expect((started.jobId, started.jobStatus.text) == ("j", "QUEUED"))
        #expect(started.submittedAt == nil)
        #expect(throws: DecodingError.self) {
            try JSONDecoder().decode(HealthImagingClient.StartedJob.self, from: Data("{}".utf8))
        }
    }

    @Test(
        "A time that cannot be expressed is not accepted",
        arguments: ["1e300", "-1e300", "-1", "253402300800", "1e19", "\"1\"", "null", "1e999"])
    func times(_ seconds: String) {
        #expect(throws: DecodingError.self) { try JSONDecoder().decode(EpochSeconds.self, from: Data(seconds.utf8)) }
    }
}
