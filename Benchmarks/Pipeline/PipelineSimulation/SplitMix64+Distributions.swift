// SPDX-License-Identifier: Apache-2.0

import Foundation
import SeededRandom

extension SplitMix64 {
    package mutating func seconds(_ range: ClosedRange<Double>) -> Double { Double.random(in: range, using: &self) }

    package mutating func exponential(mean: Double) -> Double { -mean * log(1 - seconds(0...0.999_999_999)) }

    /// `spread` is the standard deviation of the logarithm.
    package mutating func lognormal(mean: Double, spread: Double) -> Double {
        guard spread > 0 else { return mean }
        let normal = (-2 * log(seconds(1e-12...1))).squareRoot() * cos(2 * .pi * seconds(0...1))
        return mean * exp(spread * normal - spread * spread / 2)
    }
}
