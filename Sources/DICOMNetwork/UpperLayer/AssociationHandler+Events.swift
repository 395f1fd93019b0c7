// SPDX-License-Identifier: Apache-2.0

import NIOCore

/// The inbound user events that end an association.
extension AssociationHandler {
    /// Finish the instances in flight, then end the association.
    ///
    /// A peer without an instance in flight may release the association within the grace; then we ask for its release.
    /// If the peer begins another message, we abort (source service user).
    package struct Drain: Hashable, Sendable {
        package let releaseGrace: TimeAmount
        /// How long the peer may take for each step from then on (to ask, to answer, to close), if that is shorter than
        /// ARTIM.
        package let closeGrace: TimeAmount

        package init(releaseGrace: TimeAmount = .zero, closeGrace: TimeAmount = .seconds(5)) {
            self.releaseGrace = releaseGrace
            self.closeGrace = closeGrace
        }
    }

    /// Close the connection now: the application cannot wait any longer.
    package struct CutOff: Hashable, Sendable {
        package init() {}
    }

    /// Abort and close now: the process needs the connection's place for another.
    package struct Displace: Hashable, Sendable {
        package let reason: Displacement

        package init(_ reason: Displacement) {
            self.reason = reason
        }
    }
}
