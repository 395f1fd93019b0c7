// SPDX-License-Identifier: Apache-2.0

extension State {
    init(_ packed: PackedState, rules: Rules) {
        self.init()
        var unpacker = Unpacker(packed)
        code(with: &unpacker, rules: rules)
    }

    func packed(rules: Rules) -> PackedState {
        var state = self
        state.normalise(rules: rules)
        var packer = Packer()
        state.code(with: &packer, rules: rules)
        return packer.packed
    }

    /// Resets everything that no longer makes a difference.
    private mutating func normalise(rules: Rules) {
        if isGone { phase = .closed }
        if phase.rawValue >= Phase.sealed.rawValue {
            for index in instances.indices where instances[index] == .notSent { instances[index] = .lost }
        }
        // A lease that has run out begins another term when it is written again.
        if held == 0 { isSameTerm = false }
        if !mayAcknowledge(rules: rules) {
            (held, paused, age, isSameTerm) = (0, 0, 0, false)
            for index in renewals.indices { renewals[index].elapsed = 0 }
        }
        if !isLeaseRead(rules: rules) {
            lease = .none
            staleLeasePut = false
        }
        for index in 0..<rules.sweeps {
            for other in index + 1..<max(index + 1, rules.sweeps) where sweeps[other].rank < sweeps[index].rank {
                (sweeps[index], sweeps[other]) = (sweeps[other], sweeps[index])
            }
        }
        if renewals[0].rank < renewals[1].rank { (renewals[0], renewals[1]) = (renewals[1], renewals[0]) }
    }

    /// Whether the task can acknowledge an instance, now or later.
    private func mayAcknowledge(rules: Rules) -> Bool {
        switch phase {
        case .none: true
        case .opening, .open: isSameTerm || rules.has(.noTermCheck)
        case .sealed: (isSameTerm || rules.has(.noTermCheck)) && !pending.isEmpty
        case .closing, .manifestSent, .closed: false
        }
    }

    /// Whether a sweep can read the lease, now or later.
    private func isLeaseRead(rules: Rules) -> Bool {
        let mayBeListed = phase == .none || marker || markerPut
        return mayBeListed
            || sweeps.indices.contains { sweeps[$0].phase == .listedMarkers || sweeps[$0].phase == .readClock }
    }

    @inline(__always)
    private mutating func code(with coder: inout some FieldCoder, rules: Rules) {
        coder.code(&isGone)
        coder.code(&paused, bits: 4)
        coder.code(&held, bits: 2)
        coder.code(&age, bits: 2)
        for index in 0..<rules.renewals {
            coder.code(&renewals[index].isUnderWay)
            coder.code(&renewals[index].hasLanded)
            coder.code(&renewals[index].elapsed, bits: 2)
        }
        coder.code(&isSameTerm)
        coder.code(&phase, bits: 3)
        coder.code(&staleLeasePut)
        coder.code(&markerPut)
        coder.code(&manifestPut.number, bits: 2)
        coder.code(&manifestPut.instances, bits: 3)
        coder.code(&lease, bits: 4)
        coder.code(&marker)
        coder.code(&audit, bits: 5)
        for index in 0..<rules.instances {
            coder.code(&instances[index], bits: 3)
            coder.code(&manifests[index], bits: 3)
        }
        coder.code(&events, bits: 3)
        coder.code(&halfDone, bits: 3)
        coder.code(&executions, bits: 3)
        coder.code(&imported, bits: 3)
        for index in 0..<rules.sweeps {
            coder.code(&sweeps[index].phase, bits: 4)
            coder.code(&sweeps[index].found, bits: 3)
            coder.code(&sweeps[index].lease, bits: 4)
            coder.code(&sweeps[index].waited, bits: 4)
        }
    }
}
