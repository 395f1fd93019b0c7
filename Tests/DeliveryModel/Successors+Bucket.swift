/// Time, and what S3 does with requests that are on their way.
extension Successors {
    func addTime() {
        for index in 0..<rules.sweeps where state.sweeps[index].isBeforeDecision(rules: rules) {
            // An invocation does not take longer than that.
            guard state.sweeps[index].waited < rules.delayTicks else { return }
        }
        append("a tick goes by", isCertain: !state.isLeaseDue(rules: rules)) {
            $0.timePasses(rules: self.rules)
            if $0.held > 0 { $0.held -= 1 }
            if self.rules.auditTicks != nil, $0.phase != .none, $0.age < self.rules.deliveryTicks { $0.age += 1 }
            for index in 0..<self.rules.renewals where $0.renewals[index].isUnderWay {
                $0.renewals[index].elapsed = min($0.renewals[index].elapsed + 1, UInt8(self.rules.leaseTicks))
            }
        }
        // While the task's machine is paused, it makes no steps either: here it may, so that a clock that is slow is covered.
        if !state.isGone, state.paused < rules.pauseTicks {
            mishap("a tick goes by, and the task's clock STANDS STILL") {
                $0.timePasses(rules: self.rules)
                $0.paused += 1
            }
        }
    }

    func addBucket() {
        for index in 0..<rules.renewals where state.renewals[index].isUnderWay && !state.renewals[index].hasLanded {
            step("the lease is in S3") {
                $0.renewals[index].hasLanded = true
                $0.lease = .new
            }
        }
        if state.staleLeasePut {
            step("a lease whose PUT was given up is in S3") {
                $0.staleLeasePut = false
                $0.lease = .new
            }
            mishap("a PUT of the lease never lands") { $0.staleLeasePut = false }
        }
        if state.markerPut {
            step("the marker is in S3") {
                $0.markerPut = false
                $0.marker = true
            }
            if state.phase != .opening { mishap("the PUT of the marker never lands") { $0.markerPut = false } }
        }
        for index in 0..<rules.instances {
            switch state.instances[index] {
            case .onItsWay: step("instance # is in S3", index) { $0.instances[index] = .stored }
            case .givenUp:
                step("instance #, whose PUT was given up, is in S3", index) {
                    $0.instances[index] = .storedUnacknowledged
                }
                mishap("the PUT of instance # never lands", index) { $0.instances[index] = .lost }
            default: break
            }
        }
        if !state.manifestPut.instances.isEmpty {
            let manifest = state.manifestPut
            step("S3 takes or refuses the task's manifest #", Int(manifest.number)) {
                $0.manifestPut = NumberedManifest()
                $0.put(manifest, rules: self.rules)
            }
            mishap("the PUT of the task's manifest # never lands", Int(manifest.number)) {
                $0.manifestPut = NumberedManifest()
                if $0.phase == .manifestSent { $0.phase = .closing }
            }
        }
    }
}

extension State {
    /// Where nothing fails, a task that runs writes its lease before the lease has run out.
    fileprivate func isLeaseDue(rules: Rules) -> Bool {
        !isGone && lease.ticks.map { $0 >= rules.leaseTicks } ?? false
    }

    /// By S3's clock and TriggerImport's.
    fileprivate mutating func timePasses(rules: Rules) {
        lease.grow(atMost: rules.ticksUntilGone + 1)
        if let auditTicks = rules.auditTicks { audit.grow(atMost: auditTicks) }
        for index in 0..<rules.sweeps where sweeps[index].isBeforeDecision(rules: rules) { sweeps[index].waited += 1 }
    }
}

extension Sweep {
    /// Between the clock and the lease, in whichever order they are read.
    fileprivate func isBeforeDecision(rules: Rules) -> Bool {
        phase == .readClock || rules.has(.clockReadAfterLease) && phase == .readLease
    }
}
