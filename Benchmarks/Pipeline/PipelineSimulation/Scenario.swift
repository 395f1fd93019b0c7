// SPDX-License-Identifier: Apache-2.0

import ImportPipeline
import SeededRandom
import StorageSCP

/// The deliveries that arrive, and the quotas of HealthImaging.
package struct Scenario: Sendable {
    package let name: String
    /// In the order in which they close.
    package let deliveries: [ClosedDelivery]
    package let quotas: Quotas
    package let jobTimes: JobTimes

    package init(_ name: String, _ deliveries: [ClosedDelivery], quotas: Quotas = Quotas(), jobTimes: JobTimes) {
        self.name = name
        self.deliveries = deliveries
        self.quotas = quotas
        self.jobTimes = jobTimes
    }

    /// `recent` is what is known about the durations of jobs before the first delivery.
    package func run(_ parameters: PipelineParameters, recent: RecentJobTimes? = nil) -> PipelineResult {
        var simulation = PipelineSimulation(
            deliveries, quotas: quotas, jobTimes: jobTimes, parameters: parameters, recent: recent)
        return simulation.run()
    }

    package var bound: FluidBound {
        FluidBound(deliveries, quotas: quotas, meanJobSeconds: jobTimes.mean)
    }

    package var oneJobAnImage: Scenario {
        Scenario("\(name), one job an image", Arrivals.byImage(deliveries), quotas: quotas, jobTimes: jobTimes)
    }

    // MARK: - The scenarios of the benchmark

    /// Backlogs of studies whose deliveries close within an hour, and a migration of 1.2 studies a second for thirty
    /// hours. Each study is a delivery of its own. `share` scales the number of studies and the time in which they
    /// arrive, `migrationShare` those of the migration.
    package static func backlogs(share: Double = 1, migrationShare: Double = 1) -> [Scenario] {
        let backlog = Arrivals.random(Int(10_000 * share), within: 3_600 * share)
        let migration = Arrivals.random(Int(129_600 * migrationShare), within: 108_000 * migrationShare)
        return [
            Scenario("10,000 studies, 100 jobs, J = 90 s", backlog, jobTimes: JobTimes(mean: 90)),
            Scenario("10,000 studies, 100 jobs, J = 600 s", backlog, jobTimes: JobTimes(mean: 600)),
            Scenario(
                "10,000 studies, 20 jobs, J = 180 s", backlog, quotas: Quotas(jobs: 20), jobTimes: JobTimes(mean: 180)),
            Scenario("a migration, 100 jobs, J = 90 s", migration, jobTimes: JobTimes(mean: 90)),
        ]
    }

    /// The same migration through receivers that make bundles.
    package static func bundledMigration(share: Double = 1, _ parameters: PipelineParameters) -> Scenario {
        let seconds = 108_000 * share
        let arrivals = (0..<parameters.tasks).map { task in
            var random = SplitMix64(seed: UInt64(task) + 21)
            return (0..<Int(129_600 * share) / parameters.tasks).map { number in
                let begin = random.seconds(0...seconds)
                return Transmission(
                    sender: "PACS", study: "\(task).\(number)", begin: begin, end: begin + 5, images: 4,
                    isReleased: false)
            }
        }
        return Scenario(
            "a migration with bundles", received(arrivals, parameters), jobTimes: JobTimes(mean: 90))
    }

    /// 10,000 studies of four images that three receivers receive within ten minutes.
    package static func burst(_ parameters: PipelineParameters) -> Scenario {
        let arrivals = (0..<3).map { task in
            var random = SplitMix64(seed: UInt64(task) + 31)
            return (0..<10_000 / 3).map { number in
                let begin = random.seconds(0...600)
                return Transmission(
                    sender: "PACS \(number % 4)", study: "\(task).\(number)", begin: begin, end: begin + 1, images: 4)
            }
        }
        return Scenario("10,000 studies in ten minutes", received(arrivals, parameters), jobTimes: JobTimes(mean: 90))
    }

    /// Studies that a sender of this kind sends to one receiver, without other load.
    package static func sender(_ kind: SenderKind, studies: Int, _ limits: DeliveryLimits) -> Scenario {
        var reception = ReceptionSimulation(
            kind.transmissions(studies: studies), limits: limits, pace: .unlimited)
        return Scenario(kind.rawValue, reception.run(), jobTimes: JobTimes(mean: 90))
    }

    private static func received(_ arrivals: [[Transmission]], _ parameters: PipelineParameters) -> [ClosedDelivery] {
        arrivals.flatMap { transmissions in
            var reception = ReceptionSimulation(transmissions, limits: parameters.delivery, pace: parameters.pace)
            return reception.run()
        }.sorted { $0.closedAt < $1.closedAt }
    }
}
