/// One HTTP request; the URL is sent exactly as it stands, so it must be encoded already.
package struct HTTPRequest: Sendable {
    package var method: String
    package var url: String
    package var headers: HTTPHeaders
    package var body: any HTTPBody
    /// How long the whole exchange may take; nil waits for ever.
    package var timeout: Duration?
    /// A longer response body fails the transfer instead of filling the memory.
    package var maximumResponseBytes: Int
    /// Proxies named in the environment are passed over: for addresses of the machine itself and link-local ones.
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
}
