// SPDX-License-Identifier: Apache-2.0

/// The states that were found, in that order, and a hash table of their indices.
struct StateTable {
    private static let free = UInt32.max

    private(set) var states: ContiguousArray<PackedState> = []
    /// The indices of states, by hash. The number of slots is a power of two, and at most half of the slots are used.
    private var slots = ContiguousArray(repeating: free, count: 1 << 16)

    /// Returns the state's index, and whether the state is new.
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
