import CCurl

/// The version of libcurl and of its TLS library that this process runs, by their own word.
package enum LibcurlVersion {
    /// `7.88.1`
    package static let libcurl = text(information.pointee.version)
    /// `OpenSSL/3.0.22`
    package static let tls = text(information.pointee.ssl_version)

    /// The oldest form of the structure has both.
    private static var information: UnsafeMutablePointer<curl_version_info_data> {
        curl_version_info(CURLVERSION_FIRST)
    }

    private static func text(_ string: UnsafePointer<CChar>?) -> String {
        string.map { String(cString: $0) } ?? "unknown"
    }
}
