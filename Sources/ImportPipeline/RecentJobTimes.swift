// SPDX-License-Identifier: Apache-2.0

import Glibc

/// How long recent import jobs of one data store took: a document that the end of each job updates.
///
/// It averages logarithms, since job times differ by factors, and recent jobs have more weight. If two writers
/// overwrite each other, the time of one job is lost, which does no harm.
package struct RecentJobTimes: Codable, Sendable, Equatable {
    /// The range to which the seconds of one job are limited: up to fourteen days.
    static let believedSeconds = 1.0...1_209_600.0

    /// The weight of the newest job in the mean and in the spread.
    private static let (weight, weightOfSpread) = (0.2, 0.05)
    /// The largest deviation of one job from the mean that is used, as a logarithm: a factor of twelve.
    private static let greatestDeviation = 2.5
    /// The range to which the spread is limited.
    private static let spread = 0.1...0.5

    /// The mean of the logarithms of the seconds.
    private var meanLogarithm: Double
    private var variance: Double

    private enum CodingKeys: CodingKey {
        case meanLogarithm, variance
    }

    /// Adds a job that has ended. The first job tells nothing about the spread.
    package init(after seconds: Double, before: RecentJobTimes?) {
        let logarithm = log(max(Self.believedSeconds.lowerBound, min(seconds, Self.believedSeconds.upperBound)))
        guard let before else {
            (meanLogarithm, variance) = (logarithm, Self.spread.upperBound * Self.spread.upperBound)
            return
        }
        let deviation = max(
            -Self.greatestDeviation, min(logarithm - before.meanLogarithm, Self.greatestDeviation))
        meanLogarithm = before.meanLogarithm + Self.weight * deviation
        variance = before.variance + Self.weightOfSpread * (deviation * deviation - before.variance)
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        meanLogarithm = try container.number(
            in: log(Self.believedSeconds.lowerBound)...log(Self.believedSeconds.upperBound), .meanLogarithm)
        variance = try container.number(
            in: 0...Self.greatestDeviation * Self.greatestDeviation, .variance)
    }

    /// What a job takes usually; half of lognormal times are shorter.
    package var usualSeconds: Double { exp(meanLogarithm) }

    /// The number of seconds within which one job of sixteen ends: 0.4 of the mean if the times are lognormal with a
    /// spread of 0.5.
    package var earliestSeconds: Double {
        let spread = max(Self.spread.lowerBound, min(variance.squareRoot(), Self.spread.upperBound))
        return exp(meanLogarithm - 1.55 * spread)
    }
}
