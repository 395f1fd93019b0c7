import CCrypto
import CCurl

/// A libcurl easy handle and its options. It keeps its connection from one transfer to the next; to be used by one thread
/// at a time.
package final class CurlHandle {
    package let pointer: UnsafeMutableRawPointer

    /// Once for the process, before the first handle; libcurl asks for it.
    private static let globalInitialisation: CURLcode = {
        ccrypto_initialise()
        return curl_global_init(Int(CURL_GLOBAL_DEFAULT))
    }()

    package static func initialiseLibrary() {
        _ = globalInitialisation
    }

    package init() {
        Self.initialiseLibrary()
        guard let pointer = curl_easy_init() else { fatalError("libcurl has no memory for a handle") }
        self.pointer = pointer
    }

    deinit {
        curl_easy_cleanup(pointer)
    }

    package func set(_ option: CURLoption, _ value: Int) {
        _ = ccurl_set_long(pointer, option, value)
    }

    /// libcurl keeps a copy.
    package func set(_ option: CURLoption, _ value: String) {
        _ = ccurl_set_string(pointer, option, value)
    }

    /// What is behind the pointer must outlive the transfer.
    package func set(_ option: CURLoption, _ value: UnsafeMutableRawPointer?) {
        _ = ccurl_set_pointer(pointer, option, value)
    }

    /// What every transfer of this project asks for.
    package func setDefaults() {
        set(CURLOPT_NOSIGNAL, 1)
        set(CURLOPT_CONNECTTIMEOUT_MS, 10_000)
        set(CURLOPT_PROTOCOLS_STR, "http,https")
    }

    /// Carries the transfer out on the calling thread.
    package func perform() -> CURLcode {
        curl_easy_perform(pointer)
    }
}
