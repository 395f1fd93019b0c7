import NIOCore

/// How long a peer is waited for. Time that is spent waiting for the application counts for none of these.
package struct AssociationTimeouts: Hashable, Sendable {
    /// ARTIM: from the connection to the whole A-ASSOCIATE-RQ, and from our last PDU to the close. PS3.8 §9.1.5.
    package var artim: TimeAmount = .seconds(30)
    /// Without a PDU between messages.
    package var network: TimeAmount = .seconds(90)
    /// Without a PDU inside a message.
    package var dimse: TimeAmount = .seconds(60)
    /// From a message's first PDU to its last.
    package var message: TimeAmount = .hours(1)

    package init() {}
}
