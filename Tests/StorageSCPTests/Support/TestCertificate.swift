// SPDX-License-Identifier: Apache-2.0

import ForeignPrograms
import Foundation

/// A self-signed certificate and its key, made by openssl for one test.
struct TestCertificate {
    struct OpenSSLFailed: Error {
        let output: String
    }

    let certificate: String
    let privateKey: String

    init(commonName: String = "receiver.test") throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let (certificate, key) = (folder.appending(path: "certificate.pem"), folder.appending(path: "key.pem"))
        let made = try ForeignProgram.runAndWait(
            "/usr/bin/openssl",
            ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
                + ["-days", "2", "-subj", "/CN=\(commonName)", "-keyout", key.path(), "-out", certificate.path()])
        guard made.status == 0 else { throw OpenSSLFailed(output: made.output) }
        self.certificate = try String(contentsOf: certificate, encoding: .utf8)
        privateKey = try String(contentsOf: key, encoding: .utf8)
    }

    /// Settings that contain the certificate and the key as text.
    var environment: [String: String] { ["TLS_CERTIFICATE": certificate, "TLS_PRIVATE_KEY": privateKey] }
}
