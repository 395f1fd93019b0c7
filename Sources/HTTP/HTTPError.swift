// SPDX-License-Identifier: Apache-2.0

import CCurl

/// A request that did not get a complete HTTP response.
package enum HTTPError: Error, Equatable, CustomStringConvertible {
    /// libcurl failed: its code (`CURLE_…`) and its text for the code.
    case transferFailed(code: UInt32, reason: String)
    /// The request was not sent.
    case unusableRequest(reason: String)
    case responseTooLarge(maximum: Int)
    case cancelled
    /// The client was shut down before the transfer ended.
    case shutDown

    init(code: CURLcode) {
        let reason = String(cString: curl_easy_strerror(code))
        switch code {
        case CURLE_UNSUPPORTED_PROTOCOL, CURLE_URL_MALFORMAT: self = .unusableRequest(reason: reason)
        default: self = .transferFailed(code: code.rawValue, reason: reason)
        }
    }

    package var description: String {
        switch self {
        case .transferFailed(let code, let reason): "no HTTP response: \(reason) (libcurl error \(code))"
        case .unusableRequest(let reason): "the HTTP request cannot be sent: \(reason)"
        case .responseTooLarge(let maximum): "the HTTP response has more than the \(maximum) bytes allowed for it"
        case .cancelled: "the HTTP request was cancelled"
        case .shutDown: "the HTTP client was shut down"
        }
    }
}
