// SPDX-License-Identifier: Apache-2.0

import NIOCore

/// How long we wait for a peer. Time in which the peer waits for the application does not count.
package struct AssociationTimeouts: Hashable, Sendable {
    /// ARTIM: from the connection to the whole A-ASSOCIATE-RQ, and from our last PDU to the close. PS3.8 §9.1.5.
    package var artim: TimeAmount = .seconds(30)
    /// The longest time without a PDU between messages.
    package var network: TimeAmount = .seconds(90)
    /// The same after an accepted N-ACTION-RQ: the peer may be waiting for the report. Such an association counts as
    /// silent all the same, and may have to make room for others.
    package var report: TimeAmount = .minutes(30)
    /// The longest time without a PDU inside a message.
    package var dimse: TimeAmount = .seconds(60)
    /// From a message's first PDU to its last.
    package var message: TimeAmount = .hours(1)
    /// How long the peer may take for each piece of a request of ours, and then for its answer.
    package var notification: TimeAmount = .seconds(60)

    package init() {}
}
