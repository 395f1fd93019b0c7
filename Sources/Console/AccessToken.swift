// SPDX-License-Identifier: Apache-2.0

import ByteComparison

/// The secret that a request must have. Each start of the console makes another one.
///
/// Every program of this machine can connect to the loopback address, also that of another user; and a web page of
/// somebody else can make the browser send requests to it. Neither knows the token.
package struct AccessToken: Sendable {
    /// 256 bits in hexadecimal digits.
    package let text: String

    package init(using generator: inout some RandomNumberGenerator) {
        text = (0..<4).map { _ in
            let digits = String(generator.next() as UInt64, radix: 16)
            return String(repeating: "0", count: 16 - digits.count) + digits
        }.joined()
    }

    package init() {
        var generator = SystemRandomNumberGenerator()
        self.init(using: &generator)
    }

    /// Takes the same time wherever the first difference is.
    func matches(_ other: some StringProtocol) -> Bool {
        let (expected, got) = (Array(text.utf8), Array(other.utf8))
        guard expected.count == got.count else { return false }
        return zip(expected, got).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
    }

    /// The cookie's name has the port, because a browser sends the cookies of one port of a host to all its ports.
    static func cookieName(port: Int) -> String { "dicomstore-console-\(port)" }

    /// The value of `Set-Cookie`: no script can read it, and no request that another site caused carries it.
    func cookie(port: Int) -> String {
        "\(Self.cookieName(port: port))=\(text); Path=/; HttpOnly; SameSite=Strict"
    }

    /// Whether the request has the token: in the query of the page's address, in the cookie, or as bearer token.
    func isIn(_ request: ConsoleRequest) -> Bool {
        if request.path == "/", let token = request.query["token"], matches(token) { return true }
        if let token = request.field("authorization")?.lowercased().removing(prefix: "bearer ") {
            return matches(token)
        }
        let name = Self.cookieName(port: request.port) + "="
        return request.fields("cookie").flatMap { $0.split(separator: ";") }.contains { cookie in
            cookie.drop { $0 == " " }.removing(prefix: name).map(matches) ?? false
        }
    }
}
