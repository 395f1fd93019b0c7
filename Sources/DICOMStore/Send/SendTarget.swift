// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

/// Where to send, and what.
struct SendTarget: Hashable {
    /// The port of the receiver unless it is set.
    static let defaultPort = 11112

    let host: String
    let port: Int
    let paths: [String]

    /// The first of the arguments is `HOST:PORT` unless a host is given.
    init(arguments: [String], host: String?, port: Int?) throws {
        if let host {
            self.host = host
            self.port = try Self.check(port ?? Self.defaultPort)
            paths = arguments
        } else {
            guard port == nil else { throw ValidationError("--port: expected --host with it") }
            guard let address = arguments.first, let colon = address.lastIndex(of: ":"),
                let number = Int(address[address.index(after: colon)...]), colon != address.startIndex
            else {
                throw ValidationError(
                    "expected HOST:PORT of the receiver first, or --host, got “\(arguments.first ?? "")”")
            }
            self.host = Self.withoutBrackets(address[..<colon])
            self.port = try Self.check(number)
            paths = Array(arguments.dropFirst())
        }
        guard !paths.isEmpty else { throw ValidationError("expected files or folders to send, got none") }
    }

    private static func check(_ port: Int) throws -> Int {
        guard (1...65535).contains(port) else {
            throw ValidationError("the port: expected 1 to 65535, got \(port)")
        }
        return port
    }

    /// An IPv6 address is written as `[::1]`.
    private static func withoutBrackets(_ host: Substring) -> String {
        guard host.first == "[", host.last == "]" else { return String(host) }
        return String(host.dropFirst().dropLast())
    }
}
