/// A configuration of the model, by a name that the tests know.
struct Run: Sendable {
    let name: String
    let rules: Rules

    init(_ name: String, _ change: (inout Rules) -> Void) {
        var rules = Rules()
        change(&rules)
        self.name = name
        self.rules = rules
    }

    /// Has the mutation's name.
    init(_ mutation: Rules.Mutation, _ change: (inout Rules) -> Void = { _ in }) {
        self.init("\(mutation)") {
            change(&$0)
            $0.mutation = mutation
        }
    }
}

extension Rules {
    mutating func loseEvents() {
        eventsAreLost = true
        eventsAreDoubled = true
    }

    /// The task's clock stands still for just long enough: the task is taken for gone and holds its lease.
    mutating func pauseClock() {
        pauseTicks = 3 * leaseTicks
    }

    /// TriggerImport's clock is ahead by just enough: a task is taken for gone that holds its lease.
    mutating func advanceClock() {
        skewTicks = 3 * leaseTicks
        auditTicks = skewTicks + 1
    }

    /// As early as is safe where a delivery is open for one tick.
    mutating func lookTwice() {
        auditTicks = 1
    }

    /// A paused clock in few states.
    mutating func pauseClockBriefly() {
        leaseTicks = 1
        pauseTicks = 4
        requestsFail = false
    }
}
