// SPDX-License-Identifier: Apache-2.0

import CCurl

/// Why a call of the Runtime API got no response.
enum TransferError: Error, Equatable, CustomStringConvertible {
    /// The code is libcurl's, `CURLE_…`.
    case notConnected(code: UInt32)
    case closedBeforeResponse
    /// The connection failed in the middle of the response. The code is libcurl's.
    case broken(code: UInt32)
    case timedOut
    case responseUnreadable(ResponseParser.Problem)

    var description: String {
        switch self {
        case .notConnected(let code):
            "cannot connect: \(Self.reason(code))"
        case .closedBeforeResponse: "the connection was closed before the response"
        case .broken(let code): "the connection broke inside the response: \(Self.reason(code))"
        case .timedOut: "no response within the time limit"
        case .responseUnreadable(let problem): "the response is not valid HTTP/1.1: \(problem)"
        }
    }

    private static func reason(_ code: UInt32) -> String {
        "\(String(cString: curl_easy_strerror(CURLcode(code)))) (libcurl error \(code))"
    }
}
