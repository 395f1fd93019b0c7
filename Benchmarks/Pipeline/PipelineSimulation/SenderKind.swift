// SPDX-License-Identifier: Apache-2.0

import SeededRandom

/// Synthetic senders that differ in how they send a study.
package enum SenderKind: String, CaseIterable, Sendable {
    case associationAStudy = "one association a study"
    case associationAnImage = "one association an image"
    case parallelAssociations = "parallel associations"
    case hourlyBursts = "hourly bursts"
    case router = "a router"
    case migration = "a migration"

    /// The transmissions of `studies` studies, not sorted by time.
    package func transmissions(studies: Int, seed: UInt64 = 11) -> [Transmission] {
        var random = SplitMix64(seed: seed)
        var begin = 0.0
        return (0..<studies).flatMap { number in
            begin += pause(before: number, using: &random)
            return study(Study(sender: rawValue, name: "\(rawValue) \(number)", begin: begin), using: &random)
        }
    }

    private struct Study {
        let sender: String
        let name: String
        let begin: Double

        func part(after wait: Double, seconds: Double, images: Int, isReleased: Bool = true) -> Transmission {
            Transmission(
                sender: sender, study: name, begin: begin + wait, end: begin + wait + seconds, images: images,
                isReleased: isReleased)
        }
    }

    /// Seconds from the beginning of one study to the beginning of the next.
    private func pause(before number: Int, using random: inout SplitMix64) -> Double {
        switch self {
        case .associationAStudy, .associationAnImage, .parallelAssociations: random.exponential(mean: 120)
        case .hourlyBursts: number.isMultiple(of: 50) ? 3_000 : 12
        case .router: random.exponential(mean: 20)
        case .migration: 0.83
        }
    }

    private func study(_ study: Study, using random: inout SplitMix64) -> [Transmission] {
        switch self {
        case .associationAStudy, .hourlyBursts:
            return [study.part(after: 0, seconds: random.seconds(2...10), images: 100)]
        case .associationAnImage:
            var wait = 0.0
            return (0..<20).map { _ in
                defer { wait += random.seconds(0.5...6) }
                return study.part(after: wait, seconds: 0.2, images: 1)
            }
        case .parallelAssociations:
            return (0..<4).map { _ in
                study.part(after: random.seconds(0...8), seconds: random.seconds(5...40), images: 50)
            }
        case .router:
            // Most modalities send a study at once. One in ten sends a reconstruction later.
            let first = study.part(after: 0, seconds: random.seconds(1...8), images: 60)
            guard random.seconds(0...1) < 0.1 else { return [first] }
            return [first, study.part(after: random.seconds(10...28), seconds: 3, images: 60)]
        case .migration:
            // Eight associations send the studies in turn, each one study after another without a release.
            return [study.part(after: 0, seconds: random.seconds(4...6), images: 250, isReleased: false)]
        }
    }
}
