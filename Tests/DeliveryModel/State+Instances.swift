extension State {
    var acknowledged: InstanceSet { instances { $0 == .acknowledged } }

    /// What a listing of the delivery's prefix shows.
    var listed: InstanceSet { instances { $0 == .stored || $0 == .storedUnacknowledged || $0 == .acknowledged } }

    /// On their way, or stored with the answer on its way.
    var pending: InstanceSet { instances { $0 == .onItsWay || $0 == .stored } }

    private func instances(where isMeant: (Instance) -> Bool) -> InstanceSet {
        var set: InstanceSet = []
        for index in instances.indices where isMeant(instances[index]) { set.insert(number: index) }
        return set
    }

    /// Nobody has anything to do for the delivery any more, and nothing acknowledged was left behind.
    func isSettled(rules: Rules) -> Bool {
        guard acknowledged.isSubset(of: imported) else { return false }
        // A sweep asks a living task's marker for its manifest only: one that is late and has none ends with its task.
        let maySeeMarker = !isGone && acknowledged.isEmpty
        return (!marker || maySeeMarker) && (audit == .none || rules.auditTicks == nil)
    }
}
