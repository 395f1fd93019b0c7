/// Which states follow which by steps that happen in the end: what goes wrong and what is anybody's choice is left out.
struct CertainSteps {
    private var targets: ContiguousArray<UInt32> = []
    /// Where the targets of each state end.
    private var ends: ContiguousArray<Int> = []
    private var isSettled: ContiguousArray<Bool> = []

    /// Of the state that `endState` ends.
    mutating func append(_ target: Int) {
        targets.append(UInt32(target))
    }

    mutating func endState(isSettled settled: Bool) {
        ends.append(targets.count)
        isSettled.append(settled)
    }

    /// The first state from which no steps lead to one that is settled.
    func firstThatCannotBeSettled() -> Int? {
        var canBeSettled = isSettled
        var hasChanged = true
        while hasChanged {
            hasChanged = false
            // Backwards, since most steps lead to a state that was found later.
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
