// SPDX-License-Identifier: Apache-2.0

/// One HTTP request. The URL is sent as it is, so it must already be percent-encoded.
package struct HTTPRequest: Sendable {
    package var method: String
    package var url: String
    package var headers: HTTPHeaders
    package var body: any HTTPBody
    /// Time limit of the whole exchange; `nil` for none.
    package var timeout: Duration?
    /// A longer response body fails the transfer, so that it cannot exhaust the memory.
    package var maximumResponseBytes: Int
    /// Whether to ignore the proxies of the environment. Used for loopback and link-local addresses.
    package var bypassesProxy: Bool

    package init(
        method: String = "GET", url: String, headers: HTTPHeaders = [:], body: any HTTPBody = [UInt8](),
        timeout: Duration? = .seconds(60), maximumResponseBytes: Int = 64 << 20, bypassesProxy: Bool = false
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.timeout = timeout
        self.maximumResponseBytes = maximumResponseBytes
        self.bypassesProxy = bypassesProxy
    }

    /// A line break in a header's value would start another header, and libcurl reads a text only up to its first NUL.
    func validate() throws(HTTPError) {
        for field in headers.fields where Self.endsEarly(field.name) || Self.endsEarly(field.value) {
            throw .unusableRequest(
                reason: "CR, LF or NUL in the header \(field.name.filter { $0.isASCII && $0.isLetter })")
        }
        if Self.endsEarly(url) || Self.endsEarly(method) {
            throw .unusableRequest(reason: "CR, LF or NUL in the method or the URL")
        }
    }

    private static func endsEarly(_ text: String) -> Bool {
        text.utf8.contains { $0 == 0 || $0 == UInt8(ascii: "\r") || $0 == UInt8(ascii: "\n") }
    }
}
