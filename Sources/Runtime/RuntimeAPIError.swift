/// The Runtime API did not keep to its contract, so the loop cannot go on.
enum RuntimeAPIError: Error, Equatable, CustomStringConvertible {
    case unexpectedStatus(call: String, status: Int)
    case headerMissing(String)

    var description: String {
        switch self {
        case .unexpectedStatus(let call, let status): "the Runtime API answered \(call) with status \(status)"
        case .headerMissing(let name): "the Runtime API's /next came without a valid \(name)"
        }
    }
}
