// SPDX-License-Identifier: Apache-2.0

import DICOM
import Glibc
import HTTP

/// What is linked into the receiver, and in which versions.
///
/// Libraries that know their version at run time are asked for it. The others are listed here; tests compare the list
/// with `Package.resolved` and with the list of components that is built with each artifact.
package enum LinkedVersions {
    /// From Swift packages, of exactly the versions in `Package.swift`, and the third-party sources inside them.
    package static let ofPackages: [(name: String, version: String)] = [
        ("swift-nio", "2.101.2"),
        ("llhttp", "9.3.0"),
        ("swift-nio-ssl", "2.37.6"),
        ("boringssl", "8eb25be6fa18d475291122887a7bccd3762ff236"),
        ("swift-log", "1.16.2"),
        ("swift-service-lifecycle", "2.13.0"),
        ("swift-argument-parser", "1.8.2"),
        ("swift-collections", "1.6.0"),
        ("swift-atomics", "1.3.0"),
    ]

    /// From Debian's packages. ISA-L does not tell its version at run time.
    package static var ofLibraries: [(name: String, version: String)] {
        [
            ("libcurl", LibcurlVersion.libcurl),
            ("openssl", String(LibcurlVersion.tls.split(separator: "/").last ?? "unknown")),
            ("zlib", ZlibVersion.zlib),
            ("isa-l", "2.30.0"),
            ("glibc", String(cString: gnu_get_libc_version())),
        ]
    }

    /// For `--version`.
    package static var text: String {
        let name = ProductVersion.implementationVersionName
        let head = "StoreSCP \(ProductVersion.text) (Implementation Version Name \(name))"
        return ([head] + (ofLibraries + ofPackages).map { "\($0.name) \($0.version)" }).joined(separator: "\n")
    }
}
