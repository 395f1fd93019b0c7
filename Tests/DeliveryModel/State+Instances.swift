// SPDX-License-Identifier: Apache-2.0

extension State {
    var acknowledged: InstanceSet { instances { $0 == .acknowledged } }

    /// The instances that a listing of the delivery's prefix shows.
    var listed: InstanceSet { instances { $0 == .stored || $0 == .storedUnacknowledged || $0 == .acknowledged } }

    /// Instances that are being stored, or are stored without the task knowing it yet.
    var pending: InstanceSet { instances { $0 == .onItsWay || $0 == .stored } }

    private func instances(where isMeant: (Instance) -> Bool) -> InstanceSet {
        var set: InstanceSet = []
        for index in instances.indices where isMeant(instances[index]) { set.insert(number: index) }
        return set
    }

    /// Nothing remains to be done for the delivery, and every acknowledged instance is imported.
    func isSettled(rules: Rules) -> Bool {
        guard acknowledged.isSubset(of: imported) else { return false }
        // For the marker of a living task a sweep only looks for a manifest. A late marker without a manifest remains
        // until its task has ended.
        let maySeeMarker = !isGone && acknowledged.isEmpty
        return (!marker || maySeeMarker) && (audit == .none || rules.auditTicks == nil)
    }
}
