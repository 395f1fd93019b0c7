import FoundationEssentials
import Testing

@testable import LambdaRuntime
@testable import SampleFunction

@Suite("A streamed answer", .timeLimit(.minutes(1)))
struct StreamingTests {
    @Test("It is sent in chunks under its content type, with the headers of its kind")
    func chunks() async throws {
        let headers = RuntimeAPIServer.Reply.headers + "Lambda-Runtime-Invocation-Id: 1-abc\r\n"
        let run = await LoopRun(
            try Streaming.dispatcher, next: [.event(#"{"pieces":["one ","","two"],"repeating":2}"#, headers: headers)])
        let answer = try #require(run.answers.first)
        #expect(answer.path.hasSuffix("/response"))
        #expect(answer.text == "one twoone two")
        #expect(answer.chunkCount == 4)
        #expect(answer.headers["lambda-runtime-function-response-mode"] == "streaming")
        #expect(answer.headers["content-type"] == "text/plain")
        #expect(answer.headers["content-length"] == nil)
        #expect(answer.headers["lambda-runtime-invocation-id"] == "1-abc")
        #expect(answer.trailers == [:])
    }

    @Test("What goes wrong halfway comes in the trailers that were announced")
    func failureHalfway() async throws {
        let run = await LoopRun(
            try Streaming.dispatcher, next: [.event(#"{"pieces":["one"],"failure":"half\nway"}"#), .event("{}")])
        let answer = try #require(run.answers.first)
        #expect(answer.text == "one")
        #expect(
            answer.headers["trailer"] == "Lambda-Runtime-Function-Error-Type, Lambda-Runtime-Function-Error-Body")
        #expect(answer.trailers["lambda-runtime-function-error-type"] == "Function.Failure")
        let body = try #require(answer.trailers["lambda-runtime-function-error-body"])
        var decoded = answer
        decoded.body = Array(try #require(Data(base64Encoded: body)))
        #expect(try Report(decoded).errorMessage == "half\nway")
        #expect(run.answers.count == 2)
    }

    @Test("What goes wrong before the first byte is an error as any other", arguments: [#"{"failure":"a"}"#, "[]"])
    func failureBefore(event: String) async throws {
        let run = await LoopRun(try Streaming.dispatcher, next: [.event(event)])
        #expect(run.answers.map { $0.path.hasSuffix("/error") } == [true])
    }

    @Test("A handler that writes nothing is answered with nothing")
    func nothing() async throws {
        let run = await LoopRun(try Streaming.dispatcher, next: [.event("{}")])
        #expect(run.answers.map(\.path) == ["/invocation/\(RuntimeAPIServer.Reply.requestID)/response"])
        #expect(run.answers.first?.body == [])
    }

    @Test("Twenty megabytes go through piece by piece")
    func large() async throws {
        let piece = String(repeating: "0123456789abcdef", count: 1 << 14)
        let run = await LoopRun(try Streaming.dispatcher, next: [.event(#"{"pieces":["\#(piece)"],"repeating":80}"#)])
        let answer = try #require(run.answers.first)
        #expect(answer.body.count == 80 << 18)
        #expect(answer.chunkCount == 80)
    }

    @Test("A long message keeps the trailers below what the platform takes")
    func longFailure() async throws {
        let message = String(repeating: #"\"ö"#, count: 20_000)
        let run = await LoopRun(
            try Streaming.dispatcher, next: [.event(#"{"pieces":["one"],"failure":"\#(message)"}"#)])
        let body = try #require(run.answers.first?.trailers["lambda-runtime-function-error-body"])
        #expect(body.utf8.count < 3800)
        var decoded = try #require(run.answers.first)
        decoded.body = Array(try #require(Data(base64Encoded: body)))
        #expect(try Report(decoded).errorMessage.hasSuffix("bytes more)"))
    }

    @Test("A caller that hangs up in the middle costs the answer, not the loop")
    func gone() async throws {
        let piece = String(repeating: "x", count: 1 << 20)
        let run = await LoopRun(
            try Streaming.dispatcher, next: [.event(#"{"pieces":["\#(piece)"],"repeating":200}"#), .event("{}")],
            refusingBodiesAbove: 3 << 20)
        #expect(run.log.contains { $0.contains("the answer is lost") })
        #expect(run.log.contains { $0.contains("Function.Closed") })
        #expect(run.nextCount == 3)
    }

    @Test("A piece that another thread writes is sent too")
    func otherThread() async throws {
        let run = await LoopRun(try Streaming.dispatcher, next: [.event(#"{"pieces":["one"],"elsewhere":true}"#)])
        #expect(run.answers.first?.text == "one")
    }

    @Test("Writing to a stream that nobody takes from any more is an error")
    func closed() async throws {
        let stream = ResponseStream(wake: {})
        let writer = Task { try await stream.write(Array(repeating: 0, count: 1 << 20)) }
        while !stream.hasBytes { await Task.yield() }
        stream.close()
        await #expect(throws: ResponseStream.Closed.self) { try await writer.value }
        await #expect(throws: ResponseStream.Closed.self) { try await stream.write([1]) }
    }
}
