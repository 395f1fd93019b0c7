// SPDX-License-Identifier: Apache-2.0

import DICOMNetwork

/// The storage provider that files are sent to.
package struct Peer: Sendable {
    package let host: String
    package let port: Int
    package let calledAETitle: AETitle
    package let callingAETitle: AETitle
    /// `nil`: without TLS.
    package let tls: ClientTLS?

    package init(host: String, port: Int, calledAETitle: AETitle, callingAETitle: AETitle, tls: ClientTLS? = nil) {
        self.host = host
        self.port = port
        self.calledAETitle = calledAETitle
        self.callingAETitle = callingAETitle
        self.tls = tls
    }
}

extension Peer: CustomStringConvertible {
    /// `host:port`, with an IPv6 address in brackets.
    package var description: String {
        host.utf8.contains(UInt8(ascii: ":")) ? "[\(host)]:\(port)" : "\(host):\(port)"
    }
}
