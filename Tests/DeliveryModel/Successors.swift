// SPDX-License-Identifier: Apache-2.0

/// The states that can follow a state, each by one step of one participant.
final class Successors {
    struct Successor {
        let state: PackedState
        /// Whether the step is certain to happen at some time if nothing else fails.
        let isCertain: Bool
        /// Describes the step; `#` is replaced by `number`.
        let name: StaticString
        /// The instance, manifest or sweep that makes the step.
        let number: Int?
    }

    let rules: Rules
    let state: State
    private(set) var all: [Successor] = []

    init(of packed: PackedState, rules: Rules) {
        self.rules = rules
        state = State(packed, rules: rules)
        all.reserveCapacity(24)
        addTime()
        addBucket()
        addTask()
        addEvents()
        for index in 0..<rules.sweeps { addSweep(index) }
    }

    /// A step of the protocol, of S3 or of the clock, which is certain to happen.
    func step(_ name: StaticString, _ number: Int? = nil, _ change: (inout State) -> Void) {
        append(name, number, isCertain: true, change)
    }

    /// A fault or a choice, which may happen or not.
    func mishap(_ name: StaticString, _ number: Int? = nil, _ change: (inout State) -> Void) {
        append(name, number, isCertain: false, change)
    }

    func append(
        _ name: StaticString, _ number: Int? = nil, isCertain: Bool, _ change: (inout State) -> Void
    ) {
        var next = state
        change(&next)
        all.append(Successor(state: next.packed(rules: rules), isCertain: isCertain, name: name, number: number))
    }
}
