import Glibc

/// How long import jobs of one data store have lately taken: a document that each job's end brings up to date.
///
/// Logarithms are averaged, since job times spread by factors, and later jobs count more. Writers that overwrite one another lose
/// one job's time, which does no harm.
package struct RecentJobTimes: Codable, Sendable, Equatable {
    /// Seconds that are believed of one job: up to fourteen days.
    static let believedSeconds = 1.0...1_209_600.0

    /// What one more job counts for, of the mean and of its spread.
    private static let (weight, weightOfSpread) = (0.2, 0.05)
    /// By how much one job may differ, as a logarithm, before it counts for no more: a factor of twelve.
    private static let greatestDeviation = 2.5
    /// How far the spread is believed.
    private static let spread = 0.1...0.5

    /// The mean of the logarithms of seconds.
    private var meanLogarithm: Double
    private var variance: Double

    private enum CodingKeys: CodingKey {
        case meanLogarithm, variance
    }

    /// A job has ended; the first one tells nothing of the spread.
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

    /// Seconds before which one job of sixteen ends: of lognormal times with a spread of 0.5 it is 0.4 of their mean.
    package var earliestSeconds: Double {
        let spread = max(Self.spread.lowerBound, min(variance.squareRoot(), Self.spread.upperBound))
        return exp(meanLogarithm - 1.55 * spread)
    }
}
