// SPDX-License-Identifier: Apache-2.0

/// The Runtime API did not respond as specified.
enum RuntimeAPIError: Error, Equatable, CustomStringConvertible {
    case unexpectedStatus(call: String, status: Int)
    /// A header of `/next` that is needed for the answer is missing or not valid.
    case headerMissing(String)
    case transferFailed(call: String, TransferError)

    /// The platform is in a broken state and requires the runtime to exit immediately.
    var isFinal: Bool {
        if case .unexpectedStatus(_, let status) = self { status >= 500 } else { false }
    }

    /// Whether the same call can succeed if it is repeated.
    var mayPass: Bool {
        if case .transferFailed(_, .timedOut) = self { false } else { !isFinal }
    }

    var description: String {
        switch self {
        case .unexpectedStatus(let call, let status): "the Runtime API answered \(call) with status \(status)"
        case .headerMissing(let name): "the response to the Runtime API's /next has no valid \(name)"
        case .transferFailed(let call, let error): "\(call) of the Runtime API: \(error)"
        }
    }
}
