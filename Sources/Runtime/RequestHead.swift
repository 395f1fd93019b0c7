// SPDX-License-Identifier: Apache-2.0

/// The head of a request to the Runtime API, as bytes.
struct RequestHead {
    private(set) var bytes: [UInt8]

    /// `path` is the part of the path after the API's version.
    init(_ method: StaticString, path: String, address: String) {
        bytes = []
        bytes.reserveCapacity(512)
        append(method)
        append(" /2018-06-01/runtime")
        bytes.append(contentsOf: path.utf8)
        append(" HTTP/1.1\r\nHost: ")
        bytes.append(contentsOf: address.utf8)
        append("\r\n")
    }

    mutating func append(name: StaticString, value: String) {
        append(name)
        append(": ")
        bytes.append(contentsOf: value.utf8)
        append("\r\n")
    }

    /// Ends the head and appends the complete body, if there is one.
    consuming func finished(body: [UInt8]? = nil) -> [UInt8] {
        if let body {
            append(name: "Content-Length", value: String(body.count))
            bytes.reserveCapacity(bytes.count + 2 + body.count)
        }
        append("\r\n")
        if let body { bytes.append(contentsOf: body) }
        return bytes
    }

    private mutating func append(_ text: StaticString) {
        bytes.append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }
}
