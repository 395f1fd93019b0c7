import FoundationEssentials
import StructuredLog

/// An error in the form in which Lambda takes and returns it.
struct ErrorReport: Error, Encodable, Equatable {
    let errorMessage: String
    /// `Function.…` for what the handler throws, `Runtime.…` for what happens around it. A state machine's `ErrorEquals`
    /// compares with it.
    let errorType: String
    let stackTrace: [String]

    /// A longer message is cut: a report that is larger than an answer may be would be refused.
    static let maximumMessageBytes = 32 << 10

    /// A handler's error: `Function.` and what can be done about it, `Busy`, `Transient` or `Permanent`, so that a state machine
    /// needs three names; its own name stands before the message. An error that is in none of these classes goes by its name.
    init(thrown error: any Error) {
        if let errorClass = error.reportedClass {
            self.init(
                category: "Function", name: errorClass.rawValue, message: "\(error.reportedName): \(error)")
        } else {
            self.init(category: "Function", name: error.reportedName, message: String(describing: error))
        }
    }

    /// The event is not what the handler takes.
    init(undecodableEvent error: any Error) {
        self.init(category: "Runtime", name: "UnmarshalError", message: "the event cannot be read: \(error)")
    }

    /// The handler's answer cannot be written as JSON.
    init(unencodableOutput error: any Error) {
        self.init(category: "Runtime", name: "MarshalError", message: "the answer cannot be written: \(error)")
    }

    /// The handler was cancelled shortly before its deadline and ended with this error.
    init(timedOut error: any Error) {
        self.init(
            category: "Runtime", name: "Timeout",
            message: """
                cancelled, since the time that the function's configuration gives it was about to end: raise its timeout, or \
                see what it waited for (\(error))
                """)
    }

    /// Lambda takes `(Runtime|Function)\.[A-Z][A-Za-z]+` and turns anything else into `Runtime.Unknown`.
    private init(category: String, name: String, message: String) {
        let letters = name.filter { $0.isASCII && $0.isLetter }
        let isUsable = letters.count >= 2 && letters.first?.isUppercase == true
        errorType = "\(category).\(isUsable ? letters : "UnknownError")"
        errorMessage = message.cut(toBytes: Self.maximumMessageBytes)
        stackTrace = []
    }

    var json: [UInt8] {
        // Strings alone: encoding them cannot fail.
        Array((try? JSONEncoder.lambda.encode(self)) ?? Data())
    }
}
