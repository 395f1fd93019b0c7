// SPDX-License-Identifier: Apache-2.0

import NIOCore

/// What happened on an association so far: the contents of its summary.
struct AssociationRecord {
    let id: String
    var opened = NIODeadline.uptimeNanoseconds(0)
    var peer: SocketAddress?
    /// While false, the connection may be a load balancer's health check.
    var receivedAnything = false
    var callingAETitle: String?
    var calledAETitle: String?
    var association: Association?
    var refusedStorageContexts = RefusedStorageContexts()

    private var end: AssociationEnd?
    private var instancesStored = 0
    private var instancesFailed = 0
    private var failures: [DIMSEStatus: Int] = [:]
    private var bytes: UInt64 = 0
    private var actions = 0
    private var notifications = 0
    private var isReported = false

    init(id: String) {
        self.id = id
    }

    /// The first end that is noted counts.
    mutating func note(_ end: AssociationEnd) {
        if self.end == nil { self.end = end }
    }

    mutating func instanceReceived(bytes: Int) {
        self.bytes += UInt64(bytes)
    }

    mutating func instanceAnswered(_ status: DIMSEStatus) {
        if status.isStored {
            instancesStored += 1
        } else {
            instancesFailed += 1
            failures[status, default: 0] += 1
        }
    }

    /// An N-ACTION-RQ is answered with success.
    mutating func actionTaken() {
        actions += 1
    }

    /// The peer answered a request of ours.
    mutating func notificationAnswered(_ status: DIMSEStatus) {
        if status == .success { notifications += 1 }
    }

    mutating func instanceCancelled() {
        instancesFailed += 1
    }

    /// The summary, once: `nil` if it was given out before, or if the connection sent no byte.
    mutating func summary(at now: NIODeadline) -> AssociationSummary? {
        guard receivedAnything, !isReported else { return nil }
        isReported = true
        return AssociationSummary(
            id: id, peer: peer, callingAETitle: callingAETitle, calledAETitle: calledAETitle,
            association: association, refusedStorageContexts: refusedStorageContexts, end: end ?? .connectionLost,
            instancesStored: instancesStored, instancesFailed: instancesFailed, failures: failures,
            bytes: bytes, actions: actions, notifications: notifications, duration: now - opened)
    }
}
