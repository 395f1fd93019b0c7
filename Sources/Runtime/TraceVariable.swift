import Glibc

/// `_X_AMZN_TRACE_ID` in the process's environment, where X-Ray and AWS's SDKs look for the invocation's trace.
///
/// glibc's `setenv` keeps every value that it was ever given, which over a million invocations is a leak. So the variable
/// is one piece of memory that is written over.
final class TraceVariable {
    private static let name = "_X_AMZN_TRACE_ID="
    private static let capacity = 2048

    private let variable = UnsafeMutablePointer<CChar>.allocate(capacity: capacity)
    private var isSet = false

    /// A value that is longer than any that X-Ray makes is left out, as is nil.
    func set(_ traceID: String?) {
        guard let traceID, traceID.utf8.count < Self.capacity - Self.name.utf8.count else {
            if isSet { unsetenv(String(Self.name.dropLast())) }
            isSet = false
            return
        }
        let text = Self.name + traceID
        text.withCString { _ = strcpy(variable, $0) }
        if !isSet { putenv(variable) }
        isSet = true
    }
}
