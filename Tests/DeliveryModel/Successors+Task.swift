// SPDX-License-Identifier: Apache-2.0

/// The receiver: its lease, the delivery, its instances and its manifest.
extension Successors {
    func addTask() {
        guard !state.isGone else { return }
        addRenewals()
        addInstances()
        addOpening()
        addClosing()
        let isOutOfWork = state.phase == .none || state.phase == .closed
        if isOutOfWork, !state.renewals[0].isUnderWay, !state.renewals[1].isUnderWay {
            mishap("the task shuts down and removes its lease") { $0.end(removingLease: true) }
        }
        guard rules.tasksDie else { return }
        mishap("the task DIES") { $0.end() }
        if state.phase == .closing || state.phase == .manifestSent {
            mishap("the task ends without its manifest and removes its lease") { $0.end(removingLease: true) }
        }
    }

    private func addRenewals() {
        if let free = (0..<rules.renewals).first(where: { !state.renewals[$0].isUnderWay }) {
            step("the task begins to write its lease") { $0.renewals[free] = Renewal(isUnderWay: true) }
        }
        for index in 0..<rules.renewals where state.renewals[index].isUnderWay {
            let renewal = state.renewals[index]
            if renewal.hasLanded {
                step("the task sees that its lease is written") {
                    $0.renewals[index] = Renewal()
                    // If the lease was lost in between, another term begins.
                    if $0.held == 0 { $0.isSameTerm = false }
                    let ticks = UInt8(rules.leaseTicks)
                    $0.held = rules.has(.leaseCountedFromAnswer) ? ticks : ticks - min(ticks, renewal.elapsed)
                }
            } else if rules.requestsFail {
                mishap("the task gives up writing its lease") {
                    $0.renewals[index] = Renewal()
                    $0.staleLeasePut = true
                }
            }
        }
    }

    private func addOpening() {
        if state.phase == .none, state.held > 0 {
            step("the task opens the delivery and begins to write its marker") {
                $0.phase = .opening
                $0.isSameTerm = true
                $0.markerPut = true
            }
        }
        if state.phase == .opening {
            if !state.markerPut { step("the task sees that the marker is written") { $0.phase = .open } }
            if rules.requestsFail {
                mishap("the task gives up writing the marker and refuses the delivery's instances") {
                    $0.phase = .sealed
                    $0.refuseInstances()
                }
            }
        }
        if state.phase == .open { step("the task seals the delivery") { $0.phase = .sealed } }
    }

    private func addInstances() {
        let mayJoin = state.phase == .opening || state.phase == .open
        let mayBeAcknowledged =
            switch state.phase {
            case .open, .sealed: true
            case .opening: rules.has(.acknowledgedWithoutMarker)
            default: false
            }
        for index in 0..<rules.instances {
            switch state.instances[index] {
            // Instances are interchangeable: one order of sending represents all.
            case .notSent where mayJoin && (index == 0 || state.instances[index - 1] != .notSent):
                step("the task begins to store instance #", index) { $0.instances[index] = .onItsWay }
            case .onItsWay where rules.requestsFail:
                mishap("the task gives up storing instance #", index) { $0.instances[index] = .givenUp }
            case .stored where mayBeAcknowledged:
                if state.held > 0, state.isSameTerm || rules.has(.noTermCheck), !state.isTooOld(rules: rules) {
                    step("the task ACKNOWLEDGES instance #", index) { $0.instances[index] = .acknowledged }
                } else {
                    step("the task refuses instance #, because it lost its lease or the delivery is too old", index) {
                        $0.instances[index] = .storedUnacknowledged
                        $0.phase = .sealed
                    }
                }
            default: break
            }
        }
    }

    private func addClosing() {
        switch state.phase {
        case .sealed where state.pending.isEmpty:
            if state.acknowledged.isEmpty {
                step("the task has nothing to close and removes the marker") {
                    $0.phase = .closed
                    $0.marker = false
                }
            } else if rules.has(.markerRemovedBeforeManifest) {
                step("the task removes the marker") {
                    $0.phase = .closing
                    $0.marker = false
                }
            } else {
                step("the task closes the delivery") { $0.phase = .closing }
            }
        case .closing:
            guard let manifest = state.missingManifest(of: state.acknowledged, rules: rules) else {
                step("the task sees that manifests list all that it acknowledged") { $0.phase = .closed }
                return
            }
            if rules.has(.conflictingManifestNotCompared), manifest.number > 0 {
                step("S3 refuses the task's manifest, and the task compares nothing") { $0.phase = .closed }
                return
            }
            step("the task begins to write manifest #", Int(manifest.number)) {
                $0.phase = .manifestSent
                $0.manifestPut = manifest
            }
        case .manifestSent where state.manifestPut.instances.isEmpty:
            step("the task sees that the manifest exists") {
                $0.phase = rules.has(.manifestsOverwrite) ? .closed : .closing
            }
        default: break
        }
    }
}

extension State {
    /// The second look only comes when the delivery has been this old for a long time.
    fileprivate func isTooOld(rules: Rules) -> Bool {
        rules.auditTicks != nil && age >= rules.deliveryTicks && !rules.has(.deliveryOutlivesSecondLook)
    }

    fileprivate mutating func refuseInstances() {
        for index in instances.indices {
            switch instances[index] {
            case .onItsWay: instances[index] = .givenUp
            case .stored: instances[index] = .storedUnacknowledged
            default: break
            }
        }
    }

    /// Requests that are under way may still take effect.
    mutating func end(removingLease: Bool = false) {
        isGone = true
        for index in renewals.indices {
            if renewals[index].isUnderWay, !renewals[index].hasLanded { staleLeasePut = true }
            renewals[index] = Renewal()
        }
        refuseInstances()
        if removingLease { lease = .none }
    }
}
