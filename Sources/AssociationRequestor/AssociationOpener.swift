// SPDX-License-Identifier: Apache-2.0

import DICOMNetwork
import NIOCore
import NIOPosix

/// Opens associations with a peer.
package struct AssociationOpener: Sendable {
    /// The same as the receiver's: one implementation, whichever role it takes. PS3.7 §D.3.3.2.
    package static let implementationClassUID = "2.25.296761367846566554451742218492403725020"
    package static let implementationVersionName = "DICOMSTORE"

    package let peer: Peer
    private let limits: RequestorLimits
    private let timeouts: RequestorTimeouts

    package init(
        peer: Peer, limits: RequestorLimits = RequestorLimits(), timeouts: RequestorTimeouts = RequestorTimeouts()
    ) {
        self.peer = peer
        self.limits = limits
        self.timeouts = timeouts
    }

    /// Throws a `ConnectionFailure` or a `RequestedAssociationEnd`, also when the task is cancelled.
    package func open(
        contexts: [ProposedPresentationContext], roles: [RoleSelection] = []
    ) async throws -> RequestedAssociation {
        var information = UserInformation(
            implementationClassUID: Self.implementationClassUID,
            implementationVersionName: Self.implementationVersionName)
        information.roleSelections = roles
        let request = AAssociateRQ(
            calledAETitle: peer.calledAETitle, callingAETitle: peer.callingAETitle, presentationContexts: contexts,
            userInformation: information)
        let attempt = OpeningAttempt()
        return try await withTaskCancellationHandler {
            try await opening(request, attempt).get()
        } onCancel: {
            attempt.giveUp()
        }
    }

    /// A connection whose association request is under way.
    private func opening(
        _ request: AAssociateRQ, _ attempt: OpeningAttempt
    ) async throws -> EventLoopFuture<RequestedAssociation> {
        do {
            return try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .connectTimeout(timeouts.connection)
                .channelOption(.socketOption(.tcp_nodelay), value: 1)
                .channelOption(.socketOption(.so_keepalive), value: 1)
                .connect(host: peer.host, port: peer.port) { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try attempt.begins(on: channel)
                        if let tls = peer.tls {
                            try channel.pipeline.syncOperations.addHandler(try tls.handler(for: peer.host))
                        }
                        return try RequestedAssociation.request(
                            request, on: channel, limits: limits, timeouts: timeouts)
                    }
                }
        } catch {
            throw ConnectionFailure(error)
        }
    }
}
