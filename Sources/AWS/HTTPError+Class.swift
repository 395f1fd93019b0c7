// SPDX-License-Identifier: Apache-2.0

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
        // The process is ending, or the caller no longer wants the response: this says nothing about the request.
        case .cancelled, .shutDown: nil
        }
    }
}
