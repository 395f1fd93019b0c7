/// The states that were seen, each with its index, in the order in which they were found.
struct StateTable {
    private static let free = UInt32.max

    private(set) var states: ContiguousArray<PackedState> = []
    /// Indices of states, by hash; a power of two of them, at most half of them taken.
    private var slots = ContiguousArray(repeating: free, count: 1 << 16)

    /// The state's index, and whether it was not there before.
    mutating func insert(_ state: PackedState) -> (index: Int, isNew: Bool) {
        if states.count * 2 >= slots.count { grow() }
        var slot = state.hash & (slots.count - 1)
        while slots[slot] != Self.free {
            let index = Int(slots[slot])
            if states[index] == state { return (index, false) }
            slot = (slot + 1) & (slots.count - 1)
        }
        slots[slot] = UInt32(states.count)
        states.append(state)
        return (states.count - 1, true)
    }

    private mutating func grow() {
        slots = ContiguousArray(repeating: Self.free, count: slots.count * 4)
        for (index, state) in states.enumerated() {
            var slot = state.hash & (slots.count - 1)
            while slots[slot] != Self.free { slot = (slot + 1) & (slots.count - 1) }
            slots[slot] = UInt32(index)
        }
    }
}
