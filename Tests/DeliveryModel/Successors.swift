/// The states that can follow one, each by a step of one of those that take part.
final class Successors {
    struct Successor {
        let state: PackedState
        /// Whether it happens in the end where nothing fails any more.
        let isCertain: Bool
        /// A `#` stands for the number.
        let name: StaticString
        /// Which instance, manifest or sweep it is about.
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

    /// A step that the protocol makes, or S3, or the clock.
    func step(_ name: StaticString, _ number: Int? = nil, _ change: (inout State) -> Void) {
        append(name, number, isCertain: true, change)
    }

    /// What may happen, and may as well not.
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
