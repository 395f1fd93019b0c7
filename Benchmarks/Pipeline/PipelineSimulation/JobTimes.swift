import SeededRandom

/// Lognormal: most jobs take about as long as the others, a few much longer.
package struct JobTimes: Sendable {
    package var mean: Double
    /// Of the logarithm.
    package var spread: Double
    /// From these times on, by the clock of the simulation, jobs that start have another mean.
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
