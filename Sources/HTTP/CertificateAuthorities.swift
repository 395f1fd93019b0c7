import Glibc

/// Where this machine keeps its certificate authorities: libcurl's built-in path is Debian's and not Amazon Linux's.
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
