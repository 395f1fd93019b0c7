import CCurl

/// No response could be had.
enum TransferError: Error, Equatable, CustomStringConvertible {
    /// libcurl's code, `CURLE_…`.
    case notConnected(code: UInt32)
    case closedBeforeResponse
    /// In the middle of the response; libcurl's code.
    case broken(code: UInt32)
    case timedOut
    case responseUnreadable(ResponseParser.Problem)

    var description: String {
        switch self {
        case .notConnected(let code):
            "cannot connect: \(Self.reason(code))"
        case .closedBeforeResponse: "the connection was closed before the response"
        case .broken(let code): "the connection broke inside the response: \(Self.reason(code))"
        case .timedOut: "no response in time"
        case .responseUnreadable(let problem): "expected a response in HTTP/1.1, but it is unreadable: \(problem)"
        }
    }

    private static func reason(_ code: UInt32) -> String {
        "\(String(cString: curl_easy_strerror(CURLcode(code)))) (libcurl error \(code))"
    }
}
