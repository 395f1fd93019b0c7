// SPDX-License-Identifier: Apache-2.0

import Glibc

/// The file with this machine's certificate authorities. libcurl's built-in path is that of Debian, not of Amazon
/// Linux.
enum CertificateAuthorities {
    static let bundle: String? = find(environment: { getenv($0).map { String(cString: $0) } })

    static func find(environment: (String) -> String?) -> String? {
        let candidates = [
            environment("AWS_CA_BUNDLE"),
            "/etc/pki/tls/certs/ca-bundle.crt",
            "/etc/ssl/certs/ca-certificates.crt",
        ]
        return candidates.compactMap { $0 }.first { !$0.isEmpty && access($0, R_OK) == 0 }
    }
}
