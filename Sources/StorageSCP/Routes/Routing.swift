// SPDX-License-Identifier: Apache-2.0

import DICOMNetwork
import Synchronization

/// The routes in force, and which of them each open association can take.
///
/// An instance is routed by the routes that were in force when its data set began. So a change of the routes splits no
/// instance, and applies to the next one of every open association.
final class Routing: Sendable {
    private struct State {
        var table: RouteTable
        /// By association. At most as many as associations are open: an entry is made only for an open one, and is
        /// removed at its end.
        var narrowed: [String: AssociationRoutes] = [:]
    }

    private let associations: OpenAssociations
    private let state: Mutex<State>

    init(_ table: RouteTable, associations: OpenAssociations) {
        self.associations = associations
        state = Mutex(State(table: table))
    }

    var table: RouteTable { state.withLock { $0.table } }

    /// The number of associations whose routes are kept.
    var narrowedCount: Int { state.withLock { $0.narrowed.count } }

    func replace(with table: RouteTable) {
        state.withLock { $0 = State(table: table) }
    }

    func names(calledAETitle title: String) -> Bool { state.withLock { $0.table.names(calledAETitle: title) } }

    func routes(of association: Association) -> AssociationRoutes {
        state.withLock { state in
            guard !state.table.isEmpty else { return .none }
            if let narrowed = state.narrowed[association.id] { return narrowed }
            let routes = state.table.routes(
                calledAETitle: association.calledAETitle, callingAETitle: association.callingAETitle,
                peer: association.peer)
            // `associationEnded` has been called already for an association that is not open, or waits for the lock.
            if associations.contains(association.id) { state.narrowed[association.id] = routes }
            return routes
        }
    }

    /// The association must have left the open ones before.
    func associationEnded(_ id: String) {
        state.withLock { $0.narrowed[id] = nil }
    }
}
