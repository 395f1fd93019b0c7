// SPDX-License-Identifier: Apache-2.0

/// Which states follow which by steps that are certain to happen at some time. Faults and free choices are not
/// included.
struct CertainSteps {
    private var targets: ContiguousArray<UInt32> = []
    /// For each state, the index behind its last target.
    private var ends: ContiguousArray<Int> = []
    private var isSettled: ContiguousArray<Bool> = []

    /// Adds a target of the state that the next call of `endState` completes.
    mutating func append(_ target: Int) {
        targets.append(UInt32(target))
    }

    mutating func endState(isSettled settled: Bool) {
        ends.append(targets.count)
        isSettled.append(settled)
    }

    /// The first state from which no steps lead to a settled state.
    func firstThatCannotBeSettled() -> Int? {
        var canBeSettled = isSettled
        var hasChanged = true
        while hasChanged {
            hasChanged = false
            // Backwards, because most steps lead to a state that was found later.
            for index in ends.indices.reversed() where !canBeSettled[index] {
                let begin = index == 0 ? 0 : ends[index - 1]
                guard targets[begin..<ends[index]].contains(where: { canBeSettled[Int($0)] }) else { continue }
                canBeSettled[index] = true
                hasChanged = true
            }
        }
        return canBeSettled.firstIndex(of: false)
    }
}
