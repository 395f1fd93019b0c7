// SPDX-License-Identifier: Apache-2.0

/// The outcome of one run.
struct Run {
    let seed: UInt64
    /// What went wrong; `nil` if nothing did.
    let violation: String?
    let hash: UInt64
    let acknowledged: Int
    let steps: Int

    init(seed: UInt64, mutant: Mutant, isTraced: Bool = false) {
        self.seed = seed
        do {
            let world = try World(seed: seed, mutant: mutant, isTraced: isTraced)
            violation = world.run()
            hash = world.scheduler.trace.hash
            acknowledged = world.ledger.count
            steps = world.scheduler.stepCount
        } catch {
            (violation, hash, acknowledged, steps) = ("the run could not start: \(error)", 0, 0, 0)
        }
    }
}
