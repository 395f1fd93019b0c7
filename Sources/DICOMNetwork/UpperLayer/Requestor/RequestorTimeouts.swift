// SPDX-License-Identifier: Apache-2.0

import NIOCore

/// How long a requestor waits for its peer.
package struct RequestorTimeouts: Hashable, Sendable {
    /// From the request for a connection until it is open.
    package var connection: TimeAmount = .seconds(10)
    /// From the open connection, so including the TLS handshake, to the whole answer to our A-ASSOCIATE-RQ.
    package var association: TimeAmount = .seconds(30)
    /// ARTIM: from our last PDU to the close. PS3.8 §9.1.5.
    package var artim: TimeAmount = .seconds(5)
    /// How long the peer may take no bytes while we send.
    package var network: TimeAmount = .seconds(60)
    /// From the end of a request to the whole response. A receiver that stores elsewhere may need a while.
    package var response: TimeAmount = .seconds(180)
    /// From our A-RELEASE-RQ to its answer.
    package var release: TimeAmount = .seconds(10)

    package init() {}
}
