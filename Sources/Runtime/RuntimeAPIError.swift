/// The Runtime API did not keep to its contract.
enum RuntimeAPIError: Error, Equatable, CustomStringConvertible {
    case unexpectedStatus(call: String, status: Int)
    /// `/next` came without what an answer needs, or with a value that cannot be one.
    case headerMissing(String)
    case transferFailed(call: String, TransferError)

    /// The platform's own state is broken: it asks the runtime to end at once.
    var isFinal: Bool {
        if case .unexpectedStatus(_, let status) = self { status >= 500 } else { false }
    }

    /// The same call can succeed when it is made again.
    var mayPass: Bool {
        if case .transferFailed(_, .timedOut) = self { false } else { !isFinal }
    }

    var description: String {
        switch self {
        case .unexpectedStatus(let call, let status): "the Runtime API answered \(call) with status \(status)"
        case .headerMissing(let name): "the Runtime API's /next came without a valid \(name)"
        case .transferFailed(let call, let error): "\(call) of the Runtime API: \(error)"
        }
    }
}
