// SPDX-License-Identifier: Apache-2.0

/// A limited number of things, and how many of them each holder has.
///
/// What a holder may have is limited to a multiple of what is free, as in `MemoryShares`. So a single holder may have
/// a large part, and however much some have, something is left for each of the others.
struct FairShares<Holder: Hashable & Sendable>: Sendable {
    private let maximum: Int
    private let factor: Int
    private var taken = 0
    private var byHolder: [Holder: Int] = [:]

    /// A holder may have `factor` times what is free. So a single one may have `factor / (factor + 1)` of the maximum.
    init(maximum: Int, factor: Int) {
        self.maximum = maximum
        self.factor = factor
    }

    func count(of holder: Holder) -> Int { byHolder[holder] ?? 0 }

    func hasRoom(for holder: Holder) -> Bool { count(of: holder) < factor * (maximum - taken) }

    /// `number` is negative when the holder gives some back.
    mutating func add(_ number: Int, of holder: Holder) {
        taken += number
        let count = count(of: holder) + number
        byHolder[holder] = count == 0 ? nil : count
    }
}
