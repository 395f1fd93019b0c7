// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import LambdaRuntime

@Suite("The responses of the Runtime API")
struct ResponseParserTests {
    private static let fixed = "HTTP/1.1 200 OK\r\nLambda-Runtime-Aws-Request-Id: 1\r\nContent-Length: 4\r\n\r\nbody"
    private static let chunked =
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2;name=value\r\nbo\r\n02 \r\ndy\r\n0\r\nTrailer: x\r\n\r\n"

    private func parse(_ text: String, pieceSize: Int = .max, closing: Bool = false) throws -> ResponseParser {
        try parse(Array(text.utf8), pieceSize: pieceSize, closing: closing)
    }

    private func parse(_ bytes: [UInt8], pieceSize: Int = .max, closing: Bool = false) throws -> ResponseParser {
        var parser = ResponseParser()
        for start in stride(from: 0, to: bytes.count, by: min(pieceSize, bytes.count)) {
            try bytes[start...].prefix(pieceSize).withUnsafeBytes { try parser.feed($0) }
        }
        if closing { try parser.finish() }
        return parser
    }

    @Test("The result is the same for pieces of any size", arguments: [fixed, chunked], 1...9)
    func pieces(text: String, pieceSize: Int) throws {
        let parser = try parse(text, pieceSize: pieceSize)
        #expect(parser.isComplete)
        #expect(parser.keepsConnection)
        #expect(parser.status == 200)
        #expect(parser.body == Array("body".utf8))
    }

    @Test(
        "A response that is truncated anywhere is not complete, and finish reports it as truncated",
        arguments: [fixed, chunked])
    func truncation(text: String) throws {
        for count in 1..<text.utf8.count {
            var parser = try parse(Array(text.utf8.prefix(count)))
            #expect(!parser.isComplete)
            #expect(!parser.isUntouched)
            #expect(throws: ResponseParser.Problem.truncated) { try parser.finish() }
        }
    }

    @Test("A body without a length ends with the connection")
    func untilClose() throws {
        #expect(try !parse("HTTP/1.1 200 OK\r\n\r\nbody").isComplete)
        let parser = try parse("HTTP/1.1 200 OK\r\n\r\nbody", closing: true)
        #expect(parser.isComplete)
        #expect(!parser.keepsConnection)
        #expect(parser.body == Array("body".utf8))
    }

    @Test(
        "The headers and the version decide whether the connection is kept",
        arguments: [
            ("HTTP/1.1 202 A\r\n", true), ("HTTP/1.1 202 A\r\nConnection: Close\r\n", false),
            ("HTTP/1.0 202 A\r\n", false),
            ("HTTP/1.0 202 A\r\nconnection: keep-alive\r\n", true),
        ])
    func keptConnection(head: String, keeps: Bool) throws {
        #expect(try parse("\(head)Content-Length: 0\r\n\r\n").keepsConnection == keeps)
    }

    @Test("After unexpected bytes behind a response the connection is not used again")
    func trailingBytes() throws {
        let parser = try parse(Self.fixed + "HTTP/1.1 200 OK\r\n")
        #expect(parser.isComplete)
        #expect(!parser.keepsConnection)
        #expect(parser.body == Array("body".utf8))
    }

    @Test(
        "Each kind of malformed response has its own error",
        arguments: [
            ("GET / HTTP/1.1\r\n", ResponseParser.Problem.statusLineMalformed),
            ("HTTP/2 200\r\n", .statusLineMalformed),
            ("HTTP/1.1 2x0 OK\r\n", .statusLineMalformed), ("\r\n", .statusLineMalformed),
            ("HTTP/1.1 200 OK\r\nno colon\r\n", .fieldMalformed), ("HTTP/1.1 200 OK\r\n: no name\r\n", .fieldMalformed),
            ("HTTP/1.1 200 OK\r\nContent-Length: many\r\n", .fieldMalformed),
            ("HTTP/1.1 200 OK\r\nContent-Length: -4\r\n", .fieldMalformed),
            ("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n", .fieldMalformed),
            ("HTTP/1.1 200 OK\r\nContent-Length: 33554433\r\n\r\n", .bodyTooLong),
            ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2000001\r\n", .bodyTooLong),
            ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n", .chunkMalformed),
            ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\r\n", .chunkMalformed),
            ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nbody\r\n", .chunkMalformed),
            ("HTTP/1.1 200 OK\r\nX: \(String(repeating: "x", count: 1 << 20))", .fieldsTooLong),
        ])
    func malformed(text: String, problem: ResponseParser.Problem) {
        #expect(throws: problem) { try parse(text) }
    }
}
