import Foundation

/// Random numbers that a seed repeats: SplitMix64.
package struct SeededRandom: RandomNumberGenerator {
    private var state: UInt64

    package init(seed: UInt64) { state = seed }

    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    package mutating func seconds(_ range: ClosedRange<Double>) -> Double { Double.random(in: range, using: &self) }

    package mutating func exponential(mean: Double) -> Double { -mean * log(1 - seconds(0...0.999_999_999)) }

    /// `spread`: of the logarithm.
    package mutating func lognormal(mean: Double, spread: Double) -> Double {
        guard spread > 0 else { return mean }
        let normal = (-2 * log(seconds(1e-12...1))).squareRoot() * cos(2 * .pi * seconds(0...1))
        return mean * exp(spread * normal - spread * spread / 2)
    }
}
