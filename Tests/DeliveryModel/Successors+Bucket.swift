// SPDX-License-Identifier: Apache-2.0

/// Time passes, and S3 carries out requests that are under way.
extension Successors {
    func addTime() {
        for index in 0..<rules.sweeps where state.sweeps[index].isBeforeDecision(rules: rules) {
            // An invocation takes no longer than this.
            guard state.sweeps[index].waited < rules.delayTicks else { return }
        }
        append("a tick passes", isCertain: !state.isLeaseDue(rules: rules)) {
            $0.timePasses(rules: self.rules)
            if $0.held > 0 { $0.held -= 1 }
            if self.rules.auditTicks != nil, $0.phase != .none, $0.age < self.rules.deliveryTicks { $0.age += 1 }
            for index in 0..<self.rules.renewals where $0.renewals[index].isUnderWay {
                $0.renewals[index].elapsed = min($0.renewals[index].elapsed + 1, UInt8(self.rules.leaseTicks))
            }
        }
        // A task whose machine is paused makes no steps. Here it may make steps, which also covers a slow clock.
        if !state.isGone, state.paused < rules.pauseTicks {
            mishap("a tick passes while the task's clock STANDS STILL") {
                $0.timePasses(rules: self.rules)
                $0.paused += 1
            }
        }
    }

    func addBucket() {
        for index in 0..<rules.renewals where state.renewals[index].isUnderWay && !state.renewals[index].hasLanded {
            step("S3 stores the lease") {
                $0.renewals[index].hasLanded = true
                $0.lease = .new
            }
        }
        if state.staleLeasePut {
            step("S3 stores a lease whose PUT was given up") {
                $0.staleLeasePut = false
                $0.lease = .new
            }
            mishap("a PUT of the lease never takes effect") { $0.staleLeasePut = false }
        }
        if state.markerPut {
            step("S3 stores the marker") {
                $0.markerPut = false
                $0.marker = true
            }
            if state.phase != .opening { mishap("the PUT of the marker never takes effect") { $0.markerPut = false } }
        }
        for index in 0..<rules.instances {
            switch state.instances[index] {
            case .onItsWay: step("S3 stores instance #", index) { $0.instances[index] = .stored }
            case .givenUp:
                step("S3 stores instance #, whose PUT was given up", index) {
                    $0.instances[index] = .storedUnacknowledged
                }
                mishap("the PUT of instance # never takes effect", index) { $0.instances[index] = .lost }
            default: break
            }
        }
        if !state.manifestPut.instances.isEmpty {
            let manifest = state.manifestPut
            step("S3 stores or refuses the task's manifest #", Int(manifest.number)) {
                $0.manifestPut = NumberedManifest()
                $0.put(manifest, rules: self.rules)
            }
            mishap("the PUT of the task's manifest # never takes effect", Int(manifest.number)) {
                $0.manifestPut = NumberedManifest()
                if $0.phase == .manifestSent { $0.phase = .closing }
            }
        }
    }
}

extension State {
    /// While nothing fails, a running task writes its lease before the lease runs out.
    fileprivate func isLeaseDue(rules: Rules) -> Bool {
        !isGone && lease.ticks.map { $0 >= rules.leaseTicks } ?? false
    }

    /// On the clocks of S3 and TriggerImport.
    fileprivate mutating func timePasses(rules: Rules) {
        lease.grow(atMost: rules.ticksUntilGone + 1)
        if let auditTicks = rules.auditTicks { audit.grow(atMost: auditTicks) }
        for index in 0..<rules.sweeps where sweeps[index].isBeforeDecision(rules: rules) { sweeps[index].waited += 1 }
    }
}

extension Sweep {
    /// The sweep has read one of the clock and the lease, and not yet the other.
    fileprivate func isBeforeDecision(rules: Rules) -> Bool {
        phase == .readClock || rules.has(.clockReadAfterLease) && phase == .readLease
    }
}
