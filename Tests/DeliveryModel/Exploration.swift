// SPDX-License-Identifier: Apache-2.0

/// Visits every reachable state, breadth first, and decides whether there is a state from which the delivery can never
/// be settled although nothing else fails.
struct Exploration {
    enum Verdict {
        case holds
        /// The shortest path to a state from which the delivery cannot be settled.
        case violated(Story)
    }

    let stateCount: Int
    let verdict: Verdict

    init(rules: Rules) {
        var table = StateTable()
        var parents: ContiguousArray<UInt32> = [0]
        var certain = CertainSteps()
        _ = table.insert(State().packed(rules: rules))
        var index = 0
        while index < table.states.count {
            let successors = Successors(of: table.states[index], rules: rules)
            for successor in successors.all {
                let (next, isNew) = table.insert(successor.state)
                if isNew { parents.append(UInt32(index)) }
                if successor.isCertain { certain.append(next) }
            }
            certain.endState(isSettled: successors.state.isSettled(rules: rules))
            index += 1
        }
        stateCount = table.states.count
        guard let lost = certain.firstThatCannotBeSettled() else {
            verdict = .holds
            return
        }
        var path = [table.states[lost]]
        var ancestor = lost
        while ancestor != 0 {
            ancestor = Int(parents[ancestor])
            path.append(table.states[ancestor])
        }
        verdict = .violated(Story(through: path.reversed(), rules: rules))
    }
}
