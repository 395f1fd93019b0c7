import NIOCore

/// What came of an association, told once when it has ended.
package struct AssociationSummary: Sendable {
    package let id: String
    package let peer: SocketAddress?
    /// Nil when no A-ASSOCIATE-RQ came.
    package let callingAETitle: String?
    /// Nil when no A-ASSOCIATE-RQ came.
    package let calledAETitle: String?
    /// Nil when it was not accepted.
    package let association: Association?
    package let refusedStorageContexts: RefusedStorageContexts
    package let end: AssociationEnd
    /// Answered with success or a warning, whether or not the answer still reached the peer.
    package let instancesStored: Int
    /// Refused, failed or cut short.
    package let instancesFailed: Int
    /// The statuses of those that were answered with a failure.
    package let failures: [DIMSEStatus: Int]
    /// Of data sets that were handed on.
    package let bytes: UInt64
    /// From the connection to its end.
    package let duration: TimeAmount

    package init(
        id: String, peer: SocketAddress?, callingAETitle: String?, calledAETitle: String?, association: Association?,
        refusedStorageContexts: RefusedStorageContexts = RefusedStorageContexts(), end: AssociationEnd,
        instancesStored: Int, instancesFailed: Int, failures: [DIMSEStatus: Int], bytes: UInt64, duration: TimeAmount
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
        self.duration = duration
    }
}
