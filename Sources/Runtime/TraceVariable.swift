// SPDX-License-Identifier: Apache-2.0

import Glibc

/// `_X_AMZN_TRACE_ID` in the process's environment, from which X-Ray and AWS SDKs read the trace of the invocation.
///
/// glibc's `setenv` never frees old values; over a million invocations that is a leak. Therefore the variable is one
/// buffer that is overwritten.
final class TraceVariable {
    private static let name = "_X_AMZN_TRACE_ID="
    private static let capacity = 2048

    private let variable = UnsafeMutablePointer<CChar>.allocate(capacity: capacity)
    private var isSet = false

    /// `nil` removes the variable, and so does a value that is longer than X-Ray ever makes.
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
