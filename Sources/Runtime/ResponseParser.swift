// SPDX-License-Identifier: Apache-2.0

import HTTP

/// Parses one response of the Runtime API from pieces of any size (RFC 9112).
struct ResponseParser {
    private enum State {
        case statusLine, fields
        case body(remaining: Int)
        case bodyUntilClose
        case chunkSize
        case chunk(remaining: Int)
        case chunkEnd, trailers
        case complete
    }

    private(set) var status = 0
    private(set) var headers = InvocationHeaders()
    private(set) var body: [UInt8] = []
    /// Whether the connection can be used for another exchange.
    private(set) var keepsConnection = true

    private var state = State.statusLine
    private var contentLength: Int?
    private var isChunked = false
    /// The beginning of a line whose end has not been received yet.
    private var partialLine: [UInt8] = []
    private var fieldBytes = 0

    /// Generous, since a client context alone can have some kilobytes.
    static let maximumFieldBytes = 1 << 20
    /// An event has at most 6 MiB.
    static let maximumBodyBytes = 32 << 20

    enum Problem: Error, Equatable {
        case statusLineMalformed, fieldMalformed, fieldsTooLong, bodyTooLong, chunkMalformed
        /// The connection was closed in the middle of the response.
        case truncated
    }

    var isComplete: Bool { if case .complete = state { true } else { false } }

    /// Whether no byte of a response has been received yet.
    var isUntouched: Bool { if case .statusLine = state { partialLine.isEmpty && fieldBytes == 0 } else { false } }

    mutating func feed(_ bytes: UnsafeRawBufferPointer) throws(Problem) {
        var rest = bytes[...]
        while !rest.isEmpty {
            switch state {
            case .body(let remaining):
                let taken = take(remaining, of: &rest)
                state = taken == remaining ? .complete : .body(remaining: remaining - taken)
            case .chunk(let remaining):
                let taken = take(remaining, of: &rest)
                state = taken == remaining ? .chunkEnd : .chunk(remaining: remaining - taken)
            case .bodyUntilClose:
                try reserve(rest.count)
                _ = take(rest.count, of: &rest)
            case .complete:
                keepsConnection = false  // these bytes do not belong to any request
                return
            case .statusLine, .fields, .chunkSize, .chunkEnd, .trailers: try feedLine(&rest)
            }
        }
    }

    /// The connection was closed.
    mutating func finish() throws(Problem) {
        keepsConnection = false
        switch state {
        case .bodyUntilClose: state = .complete
        case .complete: break
        default: throw .truncated
        }
    }

    private mutating func take(_ count: Int, of rest: inout Slice<UnsafeRawBufferPointer>) -> Int {
        let taken = rest.prefix(count)
        body.append(contentsOf: taken)
        rest = rest.dropFirst(taken.count)
        return taken.count
    }

    private mutating func feedLine(_ rest: inout Slice<UnsafeRawBufferPointer>) throws(Problem) {
        guard let end = rest.firstIndex(of: UInt8(ascii: "\n")) else {
            fieldBytes += rest.count
            partialLine.append(contentsOf: rest)
            rest = rest.suffix(0)
            guard fieldBytes <= Self.maximumFieldBytes else { throw .fieldsTooLong }
            return
        }
        let line = UnsafeRawBufferPointer(rebasing: rest[..<end])
        rest = rest[(end + 1)...]
        fieldBytes += line.count + 1
        guard fieldBytes <= Self.maximumFieldBytes else { throw .fieldsTooLong }
        guard !partialLine.isEmpty else { return try takeLine(line) }
        let whole = partialLine + line
        partialLine = []
        let result = whole.withUnsafeBytes { bytes in Result { () throws(Problem) in try takeLine(bytes) } }
        try result.get()
    }

    /// `line` does not include its line feed.
    private mutating func takeLine(_ line: UnsafeRawBufferPointer) throws(Problem) {
        let isBlank = line.isEmpty || line.count == 1 && line[0] == UInt8(ascii: "\r")
        switch state {
        case .statusLine: try takeStatusLine(line)
        case .fields where isBlank: try beginBody()
        case .fields: try takeField(line)
        case .chunkSize: try takeChunkSize(line)
        case .chunkEnd:
            guard isBlank else { throw .chunkMalformed }
            state = .chunkSize
        case .trailers: if isBlank { state = .complete }
        case .body, .bodyUntilClose, .chunk, .complete: break
        }
    }

    /// `HTTP/1.1 200 OK`
    private mutating func takeStatusLine(_ line: UnsafeRawBufferPointer) throws(Problem) {
        guard line.count >= 12, line.starts(with: "HTTP/1.".utf8), line[8] == UInt8(ascii: " ") else {
            throw .statusLineMalformed
        }
        status = 0
        for digit in line[9..<12] {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { throw .statusLineMalformed }
            status = status * 10 + Int(digit - UInt8(ascii: "0"))
        }
        keepsConnection = line[7] != UInt8(ascii: "0")
        state = .fields
    }

    private mutating func takeField(_ line: UnsafeRawBufferPointer) throws(Problem) {
        guard let field = HeaderField(line: line) else { throw .fieldMalformed }
        if field.isNamed("content-length") {
            guard let length = Int(field.text ?? ""), length >= 0 else { throw .fieldMalformed }
            contentLength = length
        } else if field.isNamed("transfer-encoding") {
            guard field.hasValue("chunked") else { throw .fieldMalformed }
            isChunked = true
        } else if field.isNamed("connection") {
            keepsConnection = !field.hasValue("close") && (keepsConnection || field.hasValue("keep-alive"))
        } else {
            headers.take(field)
        }
    }

    /// RFC 9112 §6.3
    private mutating func beginBody() throws(Problem) {
        if (100..<200).contains(status) {
            self = ResponseParser()  // an interim response
        } else if status == 204 || status == 304 {
            state = .complete
        } else if isChunked {
            state = .chunkSize
        } else if let contentLength {
            try reserve(contentLength)
            state = contentLength == 0 ? .complete : .body(remaining: contentLength)
        } else {
            state = .bodyUntilClose
        }
    }

    /// `1A;name=value`
    private mutating func takeChunkSize(_ line: UnsafeRawBufferPointer) throws(Problem) {
        let digits = line.prefix { $0 != UInt8(ascii: ";") && $0 != UInt8(ascii: "\r") && $0 != UInt8(ascii: " ") }
        guard let size = Int(String(decoding: digits, as: UTF8.self), radix: 16), size >= 0 else {
            throw .chunkMalformed
        }
        try reserve(size)
        state = size == 0 ? .trailers : .chunk(remaining: size)
    }

    private mutating func reserve(_ count: Int) throws(Problem) {
        guard count <= Self.maximumBodyBytes - body.count else { throw .bodyTooLong }
        if body.isEmpty { body.reserveCapacity(count) }
    }
}
