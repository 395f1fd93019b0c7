// SPDX-License-Identifier: Apache-2.0

import NIOCore

/// The result of an association, reported once when it has ended.
package struct AssociationSummary: Sendable {
    package let id: String
    package let peer: SocketAddress?
    /// `nil` if no A-ASSOCIATE-RQ was received.
    package let callingAETitle: String?
    /// `nil` if no A-ASSOCIATE-RQ was received.
    package let calledAETitle: String?
    /// `nil` if it was not accepted.
    package let association: Association?
    package let refusedStorageContexts: RefusedStorageContexts
    package let end: AssociationEnd
    /// Instances answered with success or a warning, whether or not the answer reached the peer.
    package let instancesStored: Int
    /// Instances refused, failed or given up.
    package let instancesFailed: Int
    /// How many instances were answered with which failure status.
    package let failures: [DIMSEStatus: Int]
    /// Bytes of data sets handed to the application.
    package let bytes: UInt64
    /// N-ACTION-RQs answered with success.
    package let actions: Int
    /// Requests of ours that the peer answered with success.
    package let notifications: Int
    /// From the connection to its end.
    package let duration: TimeAmount

    package init(
        id: String, peer: SocketAddress?, callingAETitle: String?, calledAETitle: String?, association: Association?,
        refusedStorageContexts: RefusedStorageContexts = RefusedStorageContexts(), end: AssociationEnd,
        instancesStored: Int, instancesFailed: Int, failures: [DIMSEStatus: Int], bytes: UInt64, actions: Int = 0,
        notifications: Int = 0, duration: TimeAmount
    ) {
        self.id = id
        self.peer = peer
        self.callingAETitle = callingAETitle
        self.calledAETitle = calledAETitle
        self.association = association
        self.refusedStorageContexts = refusedStorageContexts
        self.end = end
        self.instancesStored = instancesStored
        self.instancesFailed = instancesFailed
        self.failures = failures
        self.bytes = bytes
        self.actions = actions
        self.notifications = notifications
        self.duration = duration
    }
}
