import CCurl

/// Sends one request at a time on the calling thread and keeps its connection for the next one.
package final class BlockingHTTPClient {
    private let handle = EasyHandle()

    package init() {}

    package func execute(_ request: HTTPRequest) throws(HTTPError) -> HTTPResponse {
        handle.prepare(request)
        return try handle.response(curl_easy_perform(handle.pointer))
    }
}
