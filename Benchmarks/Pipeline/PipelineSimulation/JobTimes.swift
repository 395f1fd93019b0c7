// SPDX-License-Identifier: Apache-2.0

import SeededRandom

/// Lognormal durations of jobs: most jobs take about the same time, a few take much longer.
package struct JobTimes: Sendable {
    package var mean: Double
    /// The standard deviation of the logarithm.
    package var spread: Double
    /// Jobs that start from these times on, on the clock of the simulation, have another mean duration.
    package var changes: [(time: Double, mean: Double)] = []

    package init(mean: Double, spread: Double = 0.5, changes: [(time: Double, mean: Double)] = []) {
        self.mean = mean
        self.spread = spread
        self.changes = changes
    }

    func draw(at time: Double, using random: inout SplitMix64) -> Double {
        let mean = changes.last { $0.time <= time }?.mean ?? self.mean
        return random.lognormal(mean: mean, spread: spread)
    }
}
