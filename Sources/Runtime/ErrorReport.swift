// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import StructuredLog

/// An error in the JSON format of Lambda.
struct ErrorReport: Error, Encodable, Equatable {
    let errorMessage: String
    /// `Function.…` for an error of the handler, `Runtime.…` for an error outside of it. A state machine's
    /// `ErrorEquals` matches this.
    let errorType: String
    let stackTrace: [String]

    /// A longer message is cut, because Lambda refuses a report that is larger than the limit for answers.
    static let maximumMessageBytes = 32 << 10

    /// An error that the handler threw. The type is `Function.` and the class of the error, `Busy`, `Transient` or
    /// `Permanent`, so that a state machine needs only three names; the message begins with the error's own name. The
    /// type of an error without a class is its own name.
    init(thrown error: any Error) {
        if let errorClass = error.reportedClass {
            self.init(
                category: "Function", name: errorClass.rawValue, message: "\(error.reportedName): \(error)")
        } else {
            self.init(category: "Function", name: error.reportedName, message: String(describing: error))
        }
    }

    /// The event cannot be decoded as the handler's event type.
    init(undecodableEvent error: any Error) {
        self.init(category: "Runtime", name: "UnmarshalError", message: "the event cannot be read: \(error)")
    }

    /// The handler's answer cannot be encoded as JSON.
    init(unencodableOutput error: any Error) {
        self.init(category: "Runtime", name: "MarshalError", message: "the answer cannot be written: \(error)")
    }

    /// The handler was cancelled shortly before its deadline and ended with this error.
    init(timedOut error: any Error) {
        self.init(
            category: "Runtime", name: "Timeout",
            message: """
                cancelled, because the timeout in the function's configuration was about to expire: raise its timeout, or see \
                what it waited for (\(error))
                """)
    }

    /// Lambda accepts the types `(Runtime|Function)\.[A-Z][A-Za-z]+` and replaces all others with `Runtime.Unknown`.
    private init(category: String, name: String, message: String) {
        let letters = name.filter { $0.isASCII && $0.isLetter }
        let isUsable = letters.count >= 2 && letters.first?.isUppercase == true
        errorType = "\(category).\(isUsable ? letters : "UnknownError")"
        errorMessage = message.cut(toBytes: Self.maximumMessageBytes)
        stackTrace = []
    }

    var json: [UInt8] {
        // Encoding cannot fail, because all values are strings.
        Array((try? JSONEncoder.lambda.encode(self)) ?? Data())
    }
}
