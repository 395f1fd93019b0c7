// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials

/// What a listing of a delivery's objects tells about its instances.
package struct ListedInstances: Sendable {
    package private(set) var instances: [DeliveryManifest.Instance] = []
    /// When the last of them was stored; `nil` while there is none.
    package private(set) var lastInstanceAt: Date?

    package init(_ instances: [DeliveryManifest.Instance] = [], lastInstanceAt: Date? = nil) {
        self.instances = instances
        self.lastInstanceAt = lastInstanceAt
    }

    /// An object whose key no receiver writes in the delivery is left out.
    package mutating func add(key: String, size: Int, lastModified: Date, in delivery: DeliveryID) {
        guard let instance = DeliveryManifest.Instance(listed: key, size: size, in: delivery) else { return }
        instances.append(instance)
        lastInstanceAt = max(lastInstanceAt ?? lastModified, lastModified)
    }
}
