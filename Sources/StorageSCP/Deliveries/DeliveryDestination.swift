// SPDX-License-Identifier: Apache-2.0

import Logging

/// Where a delivery's instances go: part of its identity. A delivery has one destination.
///
/// The data store is part of it, and not only the name of the route: after a change of `ROUTES` the same name may stand
/// for another data store.
package struct DeliveryDestination: Hashable, Sendable {
    /// No route matched: the data store that the pipeline uses by default.
    package static let standard = DeliveryDestination(route: nil, datastoreID: nil)

    /// The name of the route; `nil` if none matched.
    let route: String?
    /// `nil`: the data store that the pipeline uses by default.
    let datastoreID: String?
}

/// Whose deliveries these are: what one calling AE title sends for one destination.
package struct DeliverySender: Hashable, Sendable {
    let callingAETitle: String
    let destination: DeliveryDestination

    package init(callingAETitle: String, destination: DeliveryDestination = .standard) {
        self.callingAETitle = callingAETitle
        self.destination = destination
    }
}

extension Logger.Metadata {
    mutating func name(_ destination: DeliveryDestination) {
        self["route"] = destination.route.map { "\($0)" }
        self["datastoreId"] = destination.datastoreID.map { "\($0)" }
    }
}
