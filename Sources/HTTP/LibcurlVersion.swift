// SPDX-License-Identifier: Apache-2.0

import CCurl

/// The versions that libcurl reports for itself and its TLS library at run time.
package enum LibcurlVersion {
    /// `7.88.1`
    package static let libcurl = text(information.pointee.version)
    /// `OpenSSL/3.0.22`
    package static let tls = text(information.pointee.ssl_version)

    /// The first version of the structure contains both.
    private static var information: UnsafeMutablePointer<curl_version_info_data> {
        curl_version_info(CURLVERSION_FIRST)
    }

    private static func text(_ string: UnsafePointer<CChar>?) -> String {
        string.map { String(cString: $0) } ?? "unknown"
    }
}
