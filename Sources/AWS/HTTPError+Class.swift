import HTTP
import StructuredLog

extension HTTPError: NamedError {
    package var errorName: String {
        switch self {
        case .transferFailed: isUnusableRequest ? "UnusableRequest" : "ConnectionFailed"
        case .responseTooLarge: "ResponseTooLarge"
        case .cancelled: "CallCancelled"
        case .shutDown: "ClientShutDown"
        }
    }

    package var errorClass: ErrorClass? {
        switch self {
        case .transferFailed: isUnusableRequest ? .permanent : .transient
        case .responseTooLarge: .permanent
        // The process ends, or nobody wants the answer: that says nothing of the request.
        case .cancelled, .shutDown: nil
        }
    }
}
