// SPDX-License-Identifier: Apache-2.0

import CCrypto
import CCurl

/// A libcurl easy handle and its options. It keeps its connection between transfers. Use it on one thread at a time.
package final class CurlHandle {
    package let pointer: UnsafeMutableRawPointer

    /// libcurl requires this once in a process, before the first handle.
    private static let globalInitialisation: CURLcode = {
        ccrypto_initialise()
        return curl_global_init(Int(CURL_GLOBAL_DEFAULT))
    }()

    package static func initialiseLibrary() {
        _ = globalInitialisation
    }

    package init() {
        Self.initialiseLibrary()
        guard let pointer = curl_easy_init() else { fatalError("libcurl cannot allocate an easy handle") }
        self.pointer = pointer
    }

    deinit {
        curl_easy_cleanup(pointer)
    }

    package func set(_ option: CURLoption, _ value: Int) {
        _ = ccurl_set_long(pointer, option, value)
    }

    /// libcurl copies the value.
    package func set(_ option: CURLoption, _ value: String) {
        _ = ccurl_set_string(pointer, option, value)
    }

    /// The memory behind the pointer must remain valid until the transfer ends.
    package func set(_ option: CURLoption, _ value: UnsafeMutableRawPointer?) {
        _ = ccurl_set_pointer(pointer, option, value)
    }

    /// Options of every transfer in this project.
    package func setDefaults() {
        set(CURLOPT_NOSIGNAL, 1)
        set(CURLOPT_CONNECTTIMEOUT_MS, 10_000)
        set(CURLOPT_PROTOCOLS_STR, "http,https")
    }

    /// Runs the transfer on the calling thread and waits for its end.
    package func perform() -> CURLcode {
        curl_easy_perform(pointer)
    }
}
