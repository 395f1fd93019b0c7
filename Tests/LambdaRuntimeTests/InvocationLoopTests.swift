// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import TestLog
import Testing

@testable import LambdaRuntime
@testable import SampleFunction

private typealias Reply = RuntimeAPIServer.Reply

@Suite("The invocation loop", .timeLimit(.minutes(1)))
struct InvocationLoopTests {
    private static let responsePath = "/invocation/\(Reply.requestID)/response"
    private static let errorPath = "/invocation/\(Reply.requestID)/error"

    @Test("Each answer goes to its invocation, all over one connection")
    func answers() async throws {
        let run = await LoopRun(
            try Obedient.dispatcher, next: [.event(#"{"echo":{"_0":"a"}}"#), .event(#"{"echo":{"_0":"b"}}"#)])
        #expect(run.answers.map(\.path) == [Self.responsePath, Self.responsePath])
        #expect(run.answers.map(\.text) == [#"{"echo":"a"}"#, #"{"echo":"b"}"#])
        #expect(run.answers.allSatisfy { $0.method == "POST" && $0.headers["content-type"] == "application/json" })
        #expect(run.answers.allSatisfy { $0.headers["lambda-runtime-invocation-id"] == nil })
        #expect(Set(run.calls.map(\.connection)) == [0])
        #expect(run.exitCode == 1)
    }

    @Test("The invocation id is sent back with an answer and with an error")
    func invocationID() async throws {
        let headers = Reply.headers + "Lambda-Runtime-Invocation-Id: 1-abc\r\n"
        let run = await LoopRun(
            try Obedient.dispatcher,
            next: [
                .event(#"{"echo":{"_0":"a"}}"#, headers: headers), .event(#"{"fail":{"_0":"b"}}"#, headers: headers),
            ])
        #expect(run.answers.map(\.path) == [Self.responsePath, Self.errorPath])
        #expect(run.answers.map { $0.headers["lambda-runtime-invocation-id"] } == ["1-abc", "1-abc"])
    }

    @Test("Every header of /next reaches the handler's context, whatever the case of its name")
    func context() async throws {
        let headers =
            Reply.headers.replacing("Lambda-Runtime-Aws", with: "LAMBDA-runtime-aws")
            + "Lambda-Runtime-Invoked-Function-Arn: arn:aws:lambda:us-east-1:123456789012:function:F\r\n"
            + "Lambda-Runtime-Trace-Id: Root=1-2;Sampled=1\r\n" + "Lambda-Runtime-Client-Context: {\"custom\": {}}\r\n"
            + "Lambda-Runtime-Cognito-Identity:{\"identityId\":\"i\"}\t\r\n" + "Lambda-Runtime-Aws-Tenant-Id: t\r\n"
        let run = await LoopRun(try Obedient.dispatcher, next: [.event(#"{"context":{}}"#, headers: headers)])
        let answer = try JSONDecoder().decode([String: String].self, from: Data(try #require(run.answers.first).body))
        #expect(
            answer == [
                "requestID": Reply.requestID, "arn": "arn:aws:lambda:us-east-1:123456789012:function:F",
                "trace": "Root=1-2;Sampled=1", "client": #"{"custom": {}}"#, "identity": #"{"identityId":"i"}"#,
                "tenant": "t", "deadline": "4102444800000", "remains": "true",
            ])
    }

    @Test("During an invocation the environment contains its trace id, and not an earlier one")
    func traceVariable() async throws {
        let event = #"{"variable":{"_0":"_X_AMZN_TRACE_ID"}}"#
        let traces = ["Root=1-long-one;Sampled=1", "Root=2", nil, "Root=3"]
        let run = await LoopRun(
            try Obedient.dispatcher,
            next: traces.map { trace in
                .event(event, headers: Reply.headers + (trace.map { "Lambda-Runtime-Trace-Id: \($0)\r\n" } ?? ""))
            }, tracing: true)
        #expect(run.answers.map(\.text) == traces.map { #"{"_X_AMZN_TRACE_ID":"\#($0 ?? "-")"}"# })
    }

    @Test(
        "An error is reported with a type that the platform accepts",
        arguments: [
            (#"{"fail":{"_0":"a"}}"#, "Function.Failure"),
            (#"{"failAs":{"_0":"ThrottlingException"}}"#, "Function.ThrottlingException"),
            (#"{"failAs":{"_0":"Error2 (x)"}}"#, "Function.Errorx"),
            (#"{"failAs":{"_0":"lower"}}"#, "Function.UnknownError"),
            (#"{"failAs":{"_0":""}}"#, "Function.UnknownError"),
            (#"{"unknown":{}}"#, "Runtime.UnmarshalError"),
        ])
    func errorTypes(event: String, errorType: String) async throws {
        let run = await LoopRun(try Obedient.dispatcher, next: [.event(event)])
        let answer = try #require(run.answers.first)
        #expect(answer.path == Self.errorPath)
        #expect(answer.headers["lambda-runtime-function-error-type"] == errorType)
        #expect(try Report(answer).errorType == errorType)
        #expect(try Report(answer).stackTrace == [])
        #expect(run.log.contains { $0.contains(#""requestId":"\#(Reply.requestID)""#) && $0.contains(errorType) })
    }

    @Test(
        "Any message becomes valid JSON in the report and in X-Ray's cause",
        arguments: ["a\nb\r\n\"c\" \\ \u{0} \u{1F} \u{7F}", "Röntgen 🩻 \u{2028}", "\u{FFFD}", ""])
    func messages(_ message: String) async throws {
        let event = String(decoding: try JSONEncoder().encode(["fail": ["_0": message]]), as: UTF8.self)
        let headers = Reply.headers + "Lambda-Runtime-Trace-Id: Root=1\r\n"
        let run = await LoopRun(try Obedient.dispatcher, next: [.event(event, headers: headers)])
        let answer = try #require(run.answers.first)
        #expect(try Report(answer).errorMessage == message)
        let cause = try #require(answer.headers["lambda-runtime-function-xray-error-cause"])
        #expect(cause.utf8.allSatisfy { (0x20...0x7E).contains($0) })
        struct Cause: Decodable {
            struct Exception: Decodable, Equatable {
                let type, message: String
            }
            let exceptions: [Exception]
        }
        let exceptions = try JSONDecoder().decode(Cause.self, from: Data(cause.utf8)).exceptions
        #expect(exceptions == [.init(type: "Function.Failure", message: message)])
    }

    @Test("A message of megabytes is cut, and X-Ray's cause remains below 64 KB")
    func longMessage() async throws {
        let event = #"{"fail":{"_0":"\#(String(repeating: "ö", count: 1 << 20))"}}"#
        let headers = Reply.headers + "Lambda-Runtime-Trace-Id: Root=1\r\n"
        let run = await LoopRun(try Obedient.dispatcher, next: [.event(event, headers: headers)])
        let answer = try #require(run.answers.first)
        #expect(try Report(answer).errorMessage.hasSuffix("… (2064384 bytes more)"))
        #expect(answer.body.count < 40 << 10)
        #expect(try #require(answer.headers["lambda-runtime-function-xray-error-cause"]).utf8.count < 64 << 10)
    }

    @Test(
        "An event that the handler's type cannot decode is reported as an error, and the loop continues",
        arguments: [
            "", " ", "{", "null", "[]", "{}}", "\u{FEFF}{}", "\"\\ud800\"", "1e999", "-", "{\"echo\":{\"_0\":1}}",
            String(repeating: "[", count: 100_000), String(repeating: #"{"a":"#, count: 100_000),
            #"{"sleep":{"seconds":1e999}}"#,
        ].map { Array($0.utf8) } + [[0xFF, 0xFE], [0x22, 0xC3, 0x28, 0x22], [0], Array(repeating: 0, count: 1000)])
    func badEvents(_ event: [UInt8]) async throws {
        let head = "HTTP/1.1 200 OK\r\n\(Reply.headers)Content-Length: \(event.count)\r\n\r\n"
        let run = await LoopRun(
            try Obedient.dispatcher,
            next: [Reply(bytes: Array(head.utf8) + event), .event(#"{"echo":{"_0":"a"}}"#)])
        #expect(run.answers.map(\.path) == [Self.errorPath, Self.responsePath])
        #expect(try Report(try #require(run.answers.first)).errorType == "Runtime.UnmarshalError")
    }

    @Test("Events and answers of 6 MiB are transferred, with a length or in chunks")
    func large() async throws {
        let text = String(repeating: "x", count: (6 << 20) - 64)
        let event = #"{"echo":{"_0":"\#(text)"}}"#
        let chunks =
            "HTTP/1.1 200 OK\r\n\(Reply.headers)Transfer-Encoding: chunked\r\n\r\n"
            + stride(from: 0, to: event.utf8.count, by: 65_536).map { start in
                let piece = event.utf8.dropFirst(start).prefix(65_536)
                return "\(String(piece.count, radix: 16))\r\n\(Substring(piece))\r\n"
            }.joined() + "0\r\n\r\n"
        let run = await LoopRun(try Obedient.dispatcher, next: [.event(event), .raw(chunks)])
        #expect(run.answers.map(\.body.count) == [text.utf8.count + 11, text.utf8.count + 11])
        #expect(run.answers.allSatisfy { $0.path == Self.responsePath })
    }

    @Test(
        "A refused answer is logged, and the loop continues",
        arguments: [200, 201, 202, 204, 301, 304, 400, 401, 403, 404, 408, 410, 413, 418, 429, 499],
        [#"{"echo":{"_0":"a"}}"#, #"{"fail":{"_0":"a"}}"#])
    func refusedAnswers(status: Int, event: String) async throws {
        let run = await LoopRun(try Obedient.dispatcher, next: [.event(event), .event(event)]) { _ in
            .status(status, "InvalidStateTransition")
        }
        #expect(run.answers.count == 2)
        #expect(run.nextCount == 3)
        let refusals = run.log.filter { $0.contains("refused") }
        #expect(refusals.count == (status < 300 ? 0 : 2))
        #expect(refusals.allSatisfy { $0.contains("\(status)") })
    }

    @Test("A status of 500 or above for an answer ends the loop", arguments: [500, 501, 502, 503, 504, 599])
    func brokenPlatform(status: Int) async throws {
        let run = await LoopRun(try Obedient.dispatcher, next: [.event(#"{"echo":{"_0":"a"}}"#), .event()]) { _ in
            .status(status)
        }
        #expect(run.exitCode == 1)
        #expect(run.nextCount == 1)
        #expect(run.answers.count == 1)
    }

    @Test("/next is repeated a few times after any other status", arguments: [201, 202, 204, 302, 400, 403, 404, 429])
    func nextRefused(status: Int) async throws {
        let refusals = Array(repeating: Reply.status(status), count: 3)
        let event = Reply.event(#"{"echo":{"_0":"a"}}"#)
        let passing = await LoopRun(try Obedient.dispatcher, next: refusals + [event])
        #expect(passing.answers.count == 1)
        let staying = await LoopRun(try Obedient.dispatcher, next: refusals + refusals)
        #expect(staying.nextCount == 4)
        #expect(staying.exitCode == 1)
    }

    @Test("A status of 500 or above for /next ends the loop at once", arguments: [500, 503, 599])
    func nextBroken(status: Int) async throws {
        let run = await LoopRun(try Obedient.dispatcher, next: [.status(status), .event()])
        #expect(run.nextCount == 1)
        #expect(run.exitCode == 1)
        #expect(run.log.contains { $0.contains("FATAL") && $0.contains("\(status)") })
    }

    @Test(
        "/next is repeated after broken connections and garbage, and the next event is handled",
        arguments: [
            "", "HTTP/1.1 200", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{", "HTTP/1.1 200 OK\r\nContent-Le",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{}", "SSH-2.0-OpenSSH_9.2\r\n",
            "HTTP/1.1 abc OK\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n", "HTTP/1.1 200 OK\r\nno field\r\n\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n", "\u{0}\u{0}\u{0}\r\n\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n7FFFFFFFFFFFFFFF\r\n",
            "HTTP/1.1 200 OK\r\nLambda-Runtime-Aws-Request-Id: a b/../c\r\nContent-Length: 2\r\n\r\n{}",
        ])
    func brokenNext(_ bytes: String) async throws {
        let run = await LoopRun(
            try Obedient.dispatcher,
            next: [.event(#"{"echo":{"_0":"a"}}"#), .raw(bytes, closing: true), .event(#"{"echo":{"_0":"b"}}"#)])
        #expect(run.answers.map(\.text) == [#"{"echo":"a"}"#, #"{"echo":"b"}"#])
        #expect(run.exitCode == 1)
    }

    @Test("An unreachable Runtime API ends the loop after a few attempts")
    func nobody() async throws {
        let server = RuntimeAPIServer { _ in .hangUp }
        server.stop()
        let log = RecordedLog()
        let client = RuntimeAPIClient(
            address: server.address, logger: log.logger, retries: .init(firstDelayMilliseconds: 1))
        #expect { try client.next() } throws: { error in
            guard case .transferFailed("/invocation/next", .notConnected) = error as? RuntimeAPIError else {
                return false
            }
            return true
        }
        #expect(log.lines.filter { $0.contains("trying again") }.count == 3)
    }

    @Test("An answer is sent again if its connection breaks", arguments: ["", "HTTP/1.1 2"])
    func cutAnswer(_ bytes: String) async throws {
        let run = await LoopRun(try Obedient.dispatcher, next: [.event(#"{"echo":{"_0":"a"}}"#)]) { call in
            call.connection == 0 ? .raw(bytes, closing: true) : .accepted
        }
        #expect(run.answers.count == 2)
        #expect(run.answers.last?.text == #"{"echo":"a"}"#)
    }

    @Test("An answer that is refused before it was sent completely counts as refused")
    func refusedEarly() async throws {
        // More than the buffers of two sockets hold.
        let run = await LoopRun(
            try Obedient.dispatcher,
            next: [.event(#"{"answer":{"bytes":16000000}}"#), .event(#"{"echo":{"_0":"a"}}"#)],
            refusingBodiesAbove: 1 << 20)
        #expect(run.log.filter { $0.contains("refused") && $0.contains("413") }.count == 1)
        #expect(run.answers.count == 2)
        #expect(run.answers.last?.text == #"{"echo":"a"}"#)
    }

    @Test("An answer that cannot be delivered is logged as lost, and the loop continues")
    func lostAnswer() async throws {
        let run = await LoopRun(
            try Obedient.dispatcher, next: [.event(#"{"echo":{"_0":"a"}}"#), .event(#"{"echo":{"_0":"b"}}"#)]
        ) { call in call.text.contains("a") ? .hangUp : .accepted }
        #expect(run.log.filter { $0.contains("the answer is lost") }.count == 1)
        #expect(run.answers.last?.text == #"{"echo":"b"}"#)
    }

    @Test("A response is read in pieces of any size, after an interim response, and with any kind of body")
    func pieces() async throws {
        let event = #"{"echo":{"_0":"a"}}"#
        let chunked =
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n\(Reply.headers)transfer-encoding: Chunked\r\n\r\n"
            + event.map { "1;x=y\r\n\($0)\r\n" }.joined() + "0\r\nTrailer: x\r\n\r\n"
        var slow = Reply.raw(chunked)
        slow.pieceSize = 1
        let untilClose = Reply.raw("HTTP/1.0 200 OK\r\n\(Reply.headers)\r\n\(event)", closing: true)
        let lineFeeds = Reply.raw("HTTP/1.1 200 OK\n\(Reply.headers)Content-Length: \(event.utf8.count)\n\n\(event)")
        let run = await LoopRun(try Obedient.dispatcher, next: [slow, untilClose, lineFeeds])
        #expect(run.answers.map(\.text) == Array(repeating: #"{"echo":"a"}"#, count: 3))
    }

    @Test(
        "An invocation without a usable deadline is handled",
        arguments: [
            "", "Lambda-Runtime-Deadline-Ms: soon\r\n", "Lambda-Runtime-Deadline-Ms: inf\r\n",
            "Lambda-Runtime-Deadline-Ms: nan\r\n", "Lambda-Runtime-Deadline-Ms: 1e30\r\n",
            "Lambda-Runtime-Deadline-Ms: -1\r\n", "Lambda-Runtime-Deadline-Ms: 9223372036854775807\r\n",
        ])
    func withoutDeadline(_ header: String) async throws {
        let headers = "Lambda-Runtime-Aws-Request-Id: 1\r\n\(header)"
        let run = await LoopRun(try Obedient.dispatcher, next: [.event(#"{"echo":{"_0":"a"}}"#, headers: headers)])
        #expect(run.answers.map(\.path) == ["/invocation/1/response"])
        #expect(run.log.contains { $0.contains("Lambda-Runtime-Deadline-Ms") })
    }
}
