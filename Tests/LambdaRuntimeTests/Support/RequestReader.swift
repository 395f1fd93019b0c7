// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Reads requests from a connection: heads, and bodies with a Content-Length.
struct RequestReader {
    let descriptor: Int32
    let maximumBodyBytes: Int
    private var buffered: ArraySlice<UInt8> = []

    init(descriptor: Int32, maximumBodyBytes: Int) {
        self.descriptor = descriptor
        self.maximumBodyBytes = maximumBodyBytes
    }

    /// `nil` at the end of the connection.
    mutating func next() -> RuntimeAPIServer.Call? {
        guard let requestLine = line() else { return nil }
        let words = requestLine.split(separator: " ")
        guard words.count == 3 else { return nil }
        var call = RuntimeAPIServer.Call()
        call.method = String(words[0])
        call.path = String(words[1].dropFirst("/2018-06-01/runtime".count))
        call.headers = fields()
        let length = Int(call.headers["content-length"] ?? "") ?? 0
        call.isTooLarge = length > maximumBodyBytes
        if !call.isTooLarge { call.body = bytes(length) }
        return call
    }

    private mutating func fields() -> [String: String] {
        var fields: [String: String] = [:]
        while let line = line(), !line.isEmpty {
            let parts = line.split(separator: ":", maxSplits: 1)
            guard parts.count == 2 else { continue }
            fields[parts[0].lowercased()] = String(parts[1].drop { $0 == " " })
        }
        return fields
    }

    private mutating func line() -> String? {
        while true {
            if let end = buffered.firstIndex(of: UInt8(ascii: "\n")) {
                defer { buffered = buffered[(end + 1)...] }
                return String(decoding: buffered[..<end].filter { $0 != UInt8(ascii: "\r") }, as: UTF8.self)
            }
            guard fill() else { return nil }
        }
    }

    private mutating func bytes(_ count: Int) -> [UInt8] {
        while buffered.count < count && fill() {}
        defer { buffered = buffered.dropFirst(count) }
        return Array(buffered.prefix(count))
    }

    private mutating func fill() -> Bool {
        var chunk = [UInt8](repeating: 0, count: 256 << 10)
        let count = recv(descriptor, &chunk, chunk.count, 0)
        guard count > 0 else { return false }
        buffered = ArraySlice(Array(buffered) + chunk[..<count])
        return true
    }
}
