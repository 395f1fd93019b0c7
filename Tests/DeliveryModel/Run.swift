// SPDX-License-Identifier: Apache-2.0

/// A configuration of the model. Tests refer to it by its name.
struct Run: Sendable {
    let name: String
    let rules: Rules

    init(_ name: String, _ change: (inout Rules) -> Void) {
        var rules = Rules()
        change(&rules)
        self.name = name
        self.rules = rules
    }

    /// The run is named after the mutation.
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

    /// The task's clock stands still just long enough that a task is taken for dead while it holds its lease.
    mutating func pauseClock() {
        pauseTicks = 3 * leaseTicks
    }

    /// TriggerImport's clock is just far enough ahead that a task is taken for dead while it holds its lease.
    mutating func advanceClock() {
        skewTicks = 3 * leaseTicks
        auditTicks = skewTicks + 1
    }

    /// The second look comes as early as is safe for a delivery that is open for one tick.
    mutating func lookTwice() {
        auditTicks = 1
    }

    /// A paused clock in a model with few states.
    mutating func pauseClockBriefly() {
        leaseTicks = 1
        pauseTicks = 4
        requestsFail = false
    }
}
