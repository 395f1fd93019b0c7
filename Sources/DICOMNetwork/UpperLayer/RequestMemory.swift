// SPDX-License-Identifier: Apache-2.0

/// The memory that a connection holds for an A-ASSOCIATE-RQ, as last told to the `WatchedConnection`.
struct RequestMemory: Hashable, Sendable {
    enum Action: Hashable {
        case none
        case tell(bytes: Int)
    }

    private var told = 0
    /// The length of the request that is being decided on.
    private var requestLength = 0

    mutating func requestDecoded(length: Int) {
        requestLength = length
    }

    /// The `WatchedConnection` counts nothing for an association's request.
    mutating func becameAssociation() {
        told = 0
    }

    /// `capacity` is that of the buffer of bytes not yet decoded; 0 for an empty one.
    ///
    /// After the A-ASSOCIATE-RQ only P-DATA-TF are long, and they are decoded as they arrive. If the peer has ended its
    /// side, the buffer holds everything that the kernel held before.
    mutating func processed(
        in state: AssociationStateMachine.State, inputHasEnded: Bool, capacity: Int
    ) -> Action {
        let bytes = (state == .sta2 || inputHasEnded ? capacity : 0) + (state == .sta3 ? requestLength : 0)
        guard bytes != told else { return .none }
        told = bytes
        return .tell(bytes: bytes)
    }
}
