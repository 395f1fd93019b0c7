import StructuredLog

/// An error in the form in which Lambda takes and returns it.
struct ErrorReport: Encodable, Equatable {
    let errorMessage: String
    /// `Function.…` for what the handler throws, `Runtime.…` for what happens around it. A state machine's `ErrorEquals`
    /// compares with it.
    let errorType: String
    let stackTrace: [String]

    /// A handler's error: `Function.` and the error's own name.
    init(thrown error: any Error) {
        self.init(category: "Function", name: error.reportedName, message: String(describing: error))
    }

    /// The event is not what the handler takes.
    init(undecodableEvent error: any Error) {
        self.init(category: "Runtime", name: "UnmarshalError", message: "the event cannot be read: \(error)")
    }

    /// The handler's answer cannot be written as JSON.
    init(unencodableOutput error: any Error) {
        self.init(category: "Runtime", name: "MarshalError", message: "the answer cannot be written: \(error)")
    }

    /// Lambda takes `(Runtime|Function)\.[A-Z][A-Za-z]+` and turns anything else into `Runtime.Unknown`.
    private init(category: String, name: String, message: String) {
        let letters = name.filter { $0.isASCII && $0.isLetter }
        let isUsable = letters.count >= 2 && letters.first?.isUppercase == true
        errorType = "\(category).\(isUsable ? letters : "UnknownError")"
        errorMessage = message
        stackTrace = []
    }
}
