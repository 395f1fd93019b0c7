// SPDX-License-Identifier: Apache-2.0

import ByteComparison

/// The secret that a request to the API must have. Each start of the console makes another one.
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

    /// Whether the request has the token, in `Authorization: Bearer`.
    ///
    /// Not in a cookie: a browser sends the cookies of 127.0.0.1 to each port, also to that of another user's program.
    func isIn(_ request: ConsoleRequest) -> Bool {
        request.field("authorization")?.lowercased().removing(prefix: "bearer ").map(matches) ?? false
    }
}
