// SPDX-License-Identifier: Apache-2.0

/// TriggerImport runs on its schedule: it sweeps markers, and looks a second time at recovered deliveries.
extension Successors {
    func addSweep(_ index: Int) {
        let sweep = state.sweeps[index]
        switch sweep.phase {
        case .idle: addBeginning(index)
        case .listedMarkers, .readClock, .readLease: addDecision(index)
        case .taskIsAlive, .taskIsGone, .isUnclosed, .listedInstances, .wroteAudit: addRecovery(index)
        case .foundManifest:
            move(index, "sweep # starts the execution of manifest 0", to: .isToRemoveMarker) { $0.startExecution(0) }
        case .wroteManifest:
            move(index, "sweep # starts the executions of all manifests", to: .isToRemoveMarker) {
                $0.startAllExecutions()
            }
        case .isToRemoveMarker: move(index, "sweep # removes the marker", to: .idle) { $0.marker = false }
        case .looked, .isToStartAll, .isToRemoveAudit: addSecondLook(index)
        }
        if sweep.phase != .idle { mishap("sweep # is KILLED", index) { $0.sweeps[index] = Sweep() } }
    }

    /// The sweep forgets what it knows, except for what `change` sets.
    private func move(
        _ index: Int, _ name: StaticString, to phase: Sweep.Phase, _ change: (inout State) -> Void = { _ in }
    ) {
        step(name, index) {
            $0.sweeps[index] = Sweep(phase: phase)
            change(&$0)
        }
    }

    // MARK: - Whether the task is alive

    private func addBeginning(_ index: Int) {
        if rules.has(.leasesBeforeMarkers) {
            let lease = state.lease
            move(index, "sweep # reads the lease, before it lists markers", to: .readLease) {
                $0.sweeps[index].lease = lease
            }
        } else if state.marker {
            move(index, "sweep # lists the marker", to: .listedMarkers)
        }
        if let auditTicks = rules.auditTicks, let age = state.audit.ticks, Int(age) + rules.skewTicks >= auditTicks {
            let found = state.listed
            move(index, "sweep # lists the instances for the second look", to: .looked) {
                $0.sweeps[index].found = found
            }
        }
    }

    private func addDecision(_ index: Int) {
        let sweep = state.sweeps[index]
        switch sweep.phase {
        case .listedMarkers where rules.has(.clockReadAfterLease):
            let lease = state.lease
            move(index, "sweep # reads the lease", to: .readLease) { $0.sweeps[index].lease = lease }
        case .listedMarkers where rules.delayTicks > 0:
            move(index, "sweep # reads the clock", to: .readClock)
        case .listedMarkers:
            decide(index, age: state.lease.ticks.map { Int($0) })
        case .readClock:
            decide(index, age: state.lease.ticks.map { Int($0) - Int(sweep.waited) })
        case .readLease where rules.has(.leasesBeforeMarkers):
            guard state.marker else { return move(index, "sweep # finds no marker", to: .idle) }
            decide(index, age: sweep.lease.ticks.map { Int($0) })
        case .readLease:
            decide(index, age: sweep.lease.ticks.map { Int($0) + Int(sweep.waited) })
        default: break
        }
    }

    /// `age` is the lease's age on the sweep's clock; `nil` if there is no lease.
    private func decide(_ index: Int, age: Int?) {
        if let age, age + rules.skewTicks <= rules.ticksUntilGone {
            let next = rules.has(.livingMarkersNotSwept) ? Sweep.Phase.idle : .taskIsAlive
            move(index, "sweep # finds that the task is alive", to: next)
        } else {
            move(index, "sweep # takes the task for dead", to: .taskIsGone)
        }
    }

    // MARK: - Closing

    private func addRecovery(_ index: Int) {
        let found = state.sweeps[index].found
        switch state.sweeps[index].phase {
        case .taskIsAlive, .taskIsGone:
            let without = state.sweeps[index].phase == .taskIsAlive ? Sweep.Phase.idle : .isUnclosed
            let isClosed = !state.manifests[0].isEmpty
            move(
                index, isClosed ? "sweep # finds the delivery's manifest" : "sweep # finds no manifest",
                to: isClosed ? .foundManifest : without)
        case .isUnclosed where !state.marker:
            move(index, "sweep # finds that the marker was removed", to: .idle)
        case .isUnclosed:
            let listed = state.listed
            let next = writesAudit(afterFinding: listed) ? Sweep.Phase.listedInstances : .wroteAudit
            move(index, "sweep # reads the marker and lists the instances", to: next) {
                $0.sweeps[index].found = listed
            }
        case .listedInstances:
            let next = rules.has(.auditAfterManifest) ? Sweep.Phase.isToRemoveMarker : .wroteAudit
            move(index, "sweep # writes the audit", to: next) {
                $0.audit = .new
                $0.sweeps[index].found = found
            }
        default: addManifest(of: found, index)
        }
    }

    private func writesAudit(afterFinding found: InstanceSet) -> Bool {
        guard rules.auditTicks != nil else { return false }
        return switch rules.mutation {
        case .noAudit, .auditAfterManifest: false
        case .auditOnlyWhereSomethingWasFound: !found.isEmpty
        default: true
        }
    }

    private func addManifest(of found: InstanceSet, _ index: Int) {
        let next = rules.has(.auditAfterManifest) ? Sweep.Phase.listedInstances : .wroteManifest
        guard let manifest = state.missingManifest(of: found, rules: rules) else {
            let startsNothing = rules.has(.recoveryStartsOnlyWhatItWrote)
            return move(
                index, "sweep # has nothing to write into a manifest", to: startsNothing ? .isToRemoveMarker : next)
        }
        move(index, "sweep # writes a manifest", to: next) { $0.put(manifest, rules: self.rules) }
    }

    // MARK: - Second look

    private func addSecondLook(_ index: Int) {
        switch state.sweeps[index].phase {
        case .looked:
            let found = state.sweeps[index].found
            guard let manifest = state.missingManifest(of: found, rules: rules) else {
                return move(index, "sweep # finds nothing missing at the second look", to: .isToStartAll)
            }
            move(index, "sweep # writes a manifest of what is missing, at the second look", to: .isToStartAll) {
                $0.put(manifest, rules: self.rules)
            }
        case .isToStartAll:
            move(index, "sweep # starts the executions of all manifests", to: .isToRemoveAudit) {
                if !self.rules.has(.secondLookStartsNoExecutions) { $0.startAllExecutions() }
            }
        default:
            move(index, "sweep # removes the audit", to: .idle) { $0.audit = .none }
        }
    }
}
