// SPDX-License-Identifier: Apache-2.0

import Inspection

/// Decides which requests are answered at all.
struct RequestGuard: Sendable {
    let token: AccessToken

    /// Why the request is refused; `nil` if it is not.
    func refusal(of request: ConsoleRequest) -> ConsoleResponse? {
        // A web page can give the loopback address a name of its own (DNS rebinding), and would then count as the same
        // site. The browser still sends that name as Host.
        let hosts = ["127.0.0.1:\(request.port)", "localhost:\(request.port)"]
        guard let host = request.field("host")?.lowercased(), hosts.contains(host) else {
            return .problem(
                403,
                Problem(
                    "expected the Host 127.0.0.1:\(request.port) or localhost:\(request.port)",
                    advice: "Open the address that `dicomstore console` printed."))
        }
        if let origin = request.fields("origin").first, origin.lowercased() != "http://\(host)" {
            return .problem(
                403, Problem("another site's page sent this request", advice: "Open the console's own address."))
        }
        if let site = request.field("sec-fetch-site"), site != "same-origin", site != "none", request.path != "/" {
            return .problem(
                403, Problem("another site's page sent this request", advice: "Open the console's own address."))
        }
        guard request.method == "GET" || request.method == "HEAD" else {
            return .problem(
                405, Problem("expected GET or HEAD", advice: "The console only reads."),
                fields: [("Allow", "GET, HEAD")])
        }
        // The page's files hold no secret, and its first request cannot have a token: it is behind the address's `#`.
        guard !request.isForAPI || token.isIn(request) else {
            return .problem(
                401,
                Problem(
                    "the request has no token, or that of an earlier start",
                    advice: "Open the address that `dicomstore console` printed at its last start."))
        }
        return nil
    }
}
