import HTTP
import StructuredLog

extension HTTPError: NamedError {
    package var errorName: String {
        switch self {
        case .transferFailed: "ConnectionFailed"
        case .unusableRequest: "UnusableRequest"
        case .responseTooLarge: "ResponseTooLarge"
        case .cancelled: "CallCancelled"
        case .shutDown: "ClientShutDown"
        }
    }

    package var errorClass: ErrorClass? {
        switch self {
        case .transferFailed: .transient
        case .unusableRequest, .responseTooLarge: .permanent
        // The process ends, or nobody wants the answer: that says nothing of the request.
        case .cancelled, .shutDown: nil
        }
    }
}
